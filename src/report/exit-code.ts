import { ExitCode } from "../core/errors.ts";
import type { Report } from "../core/report.ts";

/** Broken outweighs stopped, stopped outweighs failed, failed outweighs inconclusive. */
export function exitCodeOf(report: Report): ExitCode {
  if (report.stopped !== null) return report.stopped.startsWith("broken") ? ExitCode.broken : ExitCode.stopped;
  return { pass: ExitCode.passed, fail: ExitCode.failed, inconclusive: ExitCode.inconclusive }[report.verdict];
}
