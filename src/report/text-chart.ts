import type { Report } from "../core/report.ts";

/** The chart of the run for a terminal. */
export function textChart(_report: Report): string[] {
  return [];
}
