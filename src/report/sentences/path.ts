import type { DegradationStep, Report } from "../../core/report.ts";
import { clockTime, counted, NOT_MEASURED } from "./words.ts";

export interface PathLine {
  what: DegradationStep["what"];
  calls: string;
  /** When it was first seen. */
  when: string;
  events: string;
}

/** The ways in which the app degraded, in the order in which they were first seen. */
export function pathLines({ degradation, calls }: Report): PathLine[] {
  const unit = calls.frontDoor === 0 ? "provider call" : "call";
  return degradation.path.map(({ what, atMs, count, firstSeq, concurrency }) => ({
    what,
    calls: counted(count, unit),
    when: `${clockTime(atMs)}${concurrency == null ? "" : `, ${concurrency} at once`}`,
    events: `event ${firstSeq}`,
  }));
}

/** Said before the path, or instead of it. Empty when the path speaks for itself. */
export function pathNote({ degradation, calls }: Report): string {
  if (calls.frontDoor === 0) {
    return `At the front door: ${NOT_MEASURED}, it was not driven.${degradation.path.length > 0 ? " At the provider's side:" : ""}`;
  }
  if (degradation.path.length > 0) return "";
  return calls.frontDoor === calls.outcomes.served
    ? `No degradation seen: all ${counted(calls.frontDoor, "call")} were served without retries, queueing or fallback.`
    : "No degradation seen.";
}
