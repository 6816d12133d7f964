import type { ChaosEvent } from "../core/event.ts";
import type { PhaseSpan } from "../core/history.ts";

/** The phases that were played, in order. One that never ended lasts to the end of the log. */
export function foldPhases(events: readonly ChaosEvent[], lastMs: number): PhaseSpan[] {
  const spans: { name: string; fromMs: number; toMs: number; seq: number }[] = [];
  for (const event of events) {
    if (event.type === "phase_started")
      spans.push({ name: event.name, fromMs: event.t_ms, toMs: lastMs, seq: event.seq });
    if (event.type !== "phase_ended") continue;
    const span = spans.findLast(({ name }) => name === event.name);
    if (span !== undefined) span.toMs = event.t_ms;
  }
  return spans;
}

/** The phase at a time; undefined outside all of them (startup, drain, live). */
export function phaseFinder(spans: readonly PhaseSpan[]): (ms: number) => string | undefined {
  return (ms) => spans.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)?.name;
}
