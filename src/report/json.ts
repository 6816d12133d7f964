import type { Comparison } from "../core/comparison.ts";
import type { Report } from "../core/report.ts";

/** The one key that the file keeps in camel case, since readers of version 1 rely on it. */
const KEPT = new Set(["startedAt"]);

/** report.json: the same facts with snake-case keys. Money is null where no price was known or nothing was priced. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(snakeKeys(report), null, 2)}\n`;
}

/** What `compare --json` prints, with keys like those of report.json. */
export function renderComparison(comparison: Comparison): string {
  return `${JSON.stringify(snakeKeys(comparison), null, 2)}\n`;
}

/** What users wrote themselves (`params`, `runbook`) keeps its keys. */
function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      KEPT.has(key) ? key : key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      key === "params" || key === "runbook" ? inner : snakeKeys(inner),
    ]),
  );
}
