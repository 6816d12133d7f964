import type { History, PhaseSpan } from "../../core/history.ts";

/** The played phases around the faults: those before the first one with faults, from the first to the last, those after. */
export function aroundTheFaults(history: History): {
  before: readonly PhaseSpan[];
  during: readonly PhaseSpan[];
  after: readonly PhaseSpan[];
} {
  const faulty = new Set(
    (history.scenario?.phases ?? []).filter(({ faults }) => faults.length > 0).map(({ name }) => name),
  );
  const { phases } = history;
  const first = phases.findIndex(({ name }) => faulty.has(name));
  const last = phases.findLastIndex(({ name }) => faulty.has(name));
  if (first < 0) return { before: phases, during: [], after: [] };
  return { before: phases.slice(0, first), during: phases.slice(first, last + 1), after: phases.slice(last + 1) };
}
