import type { Attempt } from "../../core/history.ts";

/** What went wrong with an attempt, in a few words; undefined when nothing did, it was still open, or our own budget refused it. */
export function troubleOf(attempt: Attempt): string | undefined {
  const { refused, ended, delivered } = attempt;
  if (delivered || ended === undefined || refused?.origin === "budget") return undefined;
  if (refused !== undefined) return `${refused.status} ${refused.trouble.replaceAll("_", " ")}`;
  if (attempt.clientLeft) return "no answer in time";
  if (ended.how === "hung") return "no answer";
  if (ended.how === "reset") return "connection reset";
  if (ended.error_in_stream) return "error inside the stream";
  if (attempt.truncated) return ended.how === "cut" ? "connection cut mid-answer" : "truncated answer";
  return ended.status >= 400 ? `HTTP ${ended.status}` : undefined;
}
