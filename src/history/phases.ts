import type { ChaosEvent } from "../core/event.ts";
import type { PhaseSpan } from "../core/history.ts";

/** The phases that were played, in order. One that never ended lasts to the end of the log. */
export class PhaseFold {
  readonly #spans: { name: string; fromMs: number; toMs: number | undefined; seq: number }[] = [];

  add(event: ChaosEvent): void {
    if (event.type === "phase_started")
      this.#spans.push({ name: event.name, fromMs: event.t_ms, toMs: undefined, seq: event.seq });
    if (event.type !== "phase_ended") return;
    const span = this.#spans.findLast(({ name }) => name === event.name);
    if (span !== undefined) span.toMs = event.t_ms;
  }

  finish(lastMs: number): PhaseSpan[] {
    return this.#spans.map(({ toMs, ...span }) => ({ ...span, toMs: toMs ?? lastMs }));
  }
}

/** The phase at a time; undefined outside all of them (startup, drain, live). */
export function phaseFinder(spans: readonly PhaseSpan[]): (ms: number) => string | undefined {
  return (ms) => spans.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)?.name;
}
