import type { ZodType } from "zod";
import { describeParams } from "../core/describe-params.ts";

/** Parameters of a fault or an expectation, a line each: how it is written, what it means, what it is without. */
export function paramLines(params: ZodType): string[] {
  const rows = describeParams(params);
  const written = rows.map(({ name, form }) => `${name}: ${form}`);
  const width = Math.min(WIDEST, Math.max(...written.map((text) => text.length)));
  return rows.map(({ description, default: given, required }, index) => {
    const isTold = given === undefined || description.includes("Default");
    const standard = required ? ". Required" : isTold ? "" : `. Default ${given}`;
    const words = `${description}${standard}`;
    return `    ${(written[index] ?? "").padEnd(width)}  ${words}`;
  });
}

const WIDEST = 40;

/** Below a list in which these words occur. */
export const FORMS = [
  "position: { tokens: 20 }, { events: 3 }, { bytes: 512 }, { share: 40% } (stub only), { event: name, nth: 2 }, tool_arguments, before_finish, before_usage or before_done",
  "drawn: { uniform: [1s, 3s] }, { normal: { mean: 2s, sd: 300ms } }, { lognormal: { median: 400ms, sigma: 0.5 } }, { pareto: { min: 200ms, alpha: 2 } } or { empirical: file or list }",
];
