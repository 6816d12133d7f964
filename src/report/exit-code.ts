import { ExitCode } from "../core/errors.ts";
import type { Report } from "../core/report.ts";

/** Broken outweighs stopped, stopped outweighs failed, failed outweighs inconclusive. */
export function exitCodeOf(report: Report): ExitCode {
  if (report.stopped !== null) return report.stopped.startsWith("broken") ? ExitCode.broken : ExitCode.stopped;
  return { pass: ExitCode.passed, fail: ExitCode.failed, inconclusive: ExitCode.inconclusive }[report.verdict];
}

const WORST_FIRST = [
  ExitCode.usage,
  ExitCode.broken,
  ExitCode.stopped,
  ExitCode.failed,
  ExitCode.inconclusive,
] as const;

/** Of several runs, by the contract's precedence. Without any it is 0. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? ExitCode.passed;
}
