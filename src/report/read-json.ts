import type { Report } from "../core/report.ts";
import { reportFileSchema } from "./json-schema.ts";

/** Their keys are names of the domain, or users' own, and stand in the file as they are. */
const KEYS_KEPT_IN = new Set(["params", "runbook", "flags", "outcomes", "versions"]);

/** The inverse of `renderJson`. What is wrong with the text, in words, when it is no report.json of version 1; keys added later are ignored. */
export function parseReport(text: string): Report | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON";
  }
  const issue = reportFileSchema.safeParse(value).error?.issues.find(({ code }) => code !== "unrecognized_keys");
  if (issue !== undefined)
    return `not a report.json of version 1: ${issue.path.join(".") || "the file"}: ${issue.message}`;
  return camelKeys(value) as Report;
}

function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      KEYS_KEPT_IN.has(key) ? inner : camelKeys(inner),
    ]),
  );
}
