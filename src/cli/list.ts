import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { didYouMean } from "../core/text.ts";
import { expectations } from "../expectations/index.ts";
import { faults } from "../faults/index.ts";
import { listTiers } from "../limits/index.ts";
import { dialects } from "../providers/index.ts";
import { loadScenario } from "../scenario/index.ts";
import { paint } from "./style.ts";

const SCENARIOS = fileURLToPath(new URL("../../scenarios/", import.meta.url));

interface Row {
  name: string;
  summary: string;
  details?: unknown;
}

const LISTS: Readonly<Record<string, () => Row[]>> = {
  faults: () =>
    [...faults.values()].map(({ name, summary, params }) => ({
      name,
      summary,
      details: z.toJSONSchema(params, { io: "input", unrepresentable: "any" }),
    })),
  expectations: () =>
    [...expectations.values()].map(({ name, summary, params }) => ({
      name,
      summary,
      details: z.toJSONSchema(params, { io: "input", unrepresentable: "any" }),
    })),
  providers: () => dialects.map(({ id }) => ({ name: id, summary: "" })),
  tiers: () =>
    listTiers().map((tier) => ({
      name: tier.name,
      summary: `${tier.models.length} models, numbers read ${readWhen(tier.dates)}`,
      details: tier,
    })),
  scenarios: () =>
    readdirSync(SCENARIOS)
      .filter((file) => file.endsWith(".yaml"))
      .map((file) => ({
        name: `scenarios/${file}`,
        summary: loadScenario({ text: readFileSync(SCENARIOS + file, "utf8"), env: process.env }).scenario.summary,
      })),
};

/** `llm-chaos list faults|expectations|providers|tiers|scenarios` */
export function listCommand(what: string, flags: { json?: boolean }): number {
  const list = LISTS[what];
  if (list === undefined) {
    const meant = didYouMean(what, Object.keys(LISTS));
    throw new UserError(`nothing to list under "${what}"`, {
      hint: meant === undefined ? `one of ${Object.keys(LISTS).join(", ")}` : `did you mean ${meant}?`,
    });
  }
  const rows = list();
  if (flags.json === true) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else {
    const width = Math.max(...rows.map((row) => row.name.length));
    const lines = rows.map((row) =>
      `${paint("bold", row.name.padEnd(width), process.stdout)}  ${row.summary}`.trimEnd(),
    );
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return 0;
}

function readWhen(dates: readonly string[]): string {
  const first = dates[0] ?? "unknown";
  const last = dates.at(-1) ?? first;
  return first === last ? first : `between ${first} and ${last}`;
}
