import type { Attempt, History } from "./history.ts";

/** An HTTP date has no fraction of a second. */
const DATE_GRAIN_MS = 1_000;

/** How exactly a refusal could say its wait, in milliseconds: a rule that hints by a date is exact to a second. */
export function hintGrain({ scenario }: History): (attempt: Attempt) => number {
  const dated = new Set(
    (scenario?.phases ?? [])
      .flatMap(({ faults }) => faults)
      .filter(({ params }) => hintsOf(params).includes("date"))
      .map(({ id }) => id),
  );
  return ({ faults }) => (faults.some(({ rule }) => dated.has(rule)) ? DATE_GRAIN_MS : 0);
}

function hintsOf(params: unknown): readonly unknown[] {
  const hints = typeof params === "object" && params !== null && "hints" in params ? params.hints : undefined;
  return Array.isArray(hints) ? hints : [];
}
