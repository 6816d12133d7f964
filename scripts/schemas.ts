import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { cassetteJsonSchema } from "../src/cassette/index.ts";
import { openRpcDocument } from "../src/control/index.ts";
import { EVENT_VERSION, eventSchema } from "../src/core/event.ts";
import { comparisonFileSchema, repeatsFileSchema, reportFileSchema } from "../src/report/index.ts";
import { summarySchema } from "../src/run/summary-schema.ts";
import { VERSION } from "../src/run/version.ts";
import { appJsonSchema, scenarioJsonSchema } from "../src/scenario/index.ts";

/** Writes schema/*.json from the code. A test checks that the files are current. */

const root = join(import.meta.dirname, "..", "schema");

/** File name to its text. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const event = z.toJSONSchema(eventSchema(), { unrepresentable: "any" });
  const title = `One line of events.jsonl, version ${EVENT_VERSION}`;
  return new Map(
    Object.entries({
      "scenario.schema.json": scenarioJsonSchema(),
      "app.schema.json": appJsonSchema(),
      "event.schema.json": { $schema: event.$schema, title, ...event },
      "cassette.schema.json": cassetteJsonSchema(),
      "report.schema.json": z.toJSONSchema(reportFileSchema),
      "repeats.schema.json": z.toJSONSchema(repeatsFileSchema),
      "comparison.schema.json": z.toJSONSchema(comparisonFileSchema),
      "summary.schema.json": z.toJSONSchema(summarySchema),
      "control.openrpc.json": openRpcDocument(VERSION),
    }).map(([name, schema]) => [name, `${JSON.stringify(schema, null, 2)}\n`]),
  );
}

if (import.meta.main) {
  mkdirSync(root, { recursive: true });
  for (const [name, text] of schemaFiles()) writeFileSync(join(root, name), text);
}
