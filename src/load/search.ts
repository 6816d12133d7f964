import { between, mostRepeatsShow, SEARCHED, type Searched } from "../core/ramp.ts";
import { runStep, type StepEnd, type StepOptions } from "./ramp-step.ts";

/**
 * Halves, for each behaviour that the climb met, the interval between the last step without it and the first one with it. Steps are
 * shared: what one search tried, the next one knows. Queueing and retrying show only in the whole log, so nothing is searched for them.
 */
export async function searchKnees(
  options: StepOptions,
  climbed: ReadonlyMap<number, readonly StepEnd[]>,
): Promise<void> {
  const tried = new Map(
    [...climbed].filter(([, ends]) => ends.length > 0 && ends.every(({ doubt }) => doubt === undefined)),
  );
  const begun = SEARCHED.filter((kind) => intervalOf(tried, kind) !== undefined);
  const lowest = Math.min(...begun.map((kind) => intervalOf(tried, kind)?.good ?? Number.POSITIVE_INFINITY));
  if (!Number.isFinite(lowest) || !(await comesBack(options, lowest, begun))) return;
  for (const kind of begun) {
    for (let next = nextFor(tried, kind); next !== undefined; next = nextFor(tried, kind)) {
      const ends = await playStep(options, next);
      if (ends === undefined) return;
      tried.set(next, ends);
    }
  }
}

/**
 * The load that was carried before the app was overloaded is tried once more. An app that does not carry it any longer is metastable,
 * and every step below would be blamed for the overload before it.
 */
async function comesBack(options: StepOptions, concurrency: number, begun: readonly Searched[]): Promise<boolean> {
  const again = await runStep(options, concurrency, options.ramp.repeats + 1);
  if (again.doubt !== undefined) return false;
  const stillShown = begun.filter((kind) => again.shows.has(kind));
  if (stillShown.length === 0) return true;
  const text = `${concurrency} callers were carried on the way up and are not after the overload: the app does not come back at a load it carried, so no finer steps were tried`;
  options.emit({ type: "warning", code: "ramp_metastable", text });
  return false;
}

/** Undefined: the run stopped, or the step cannot be trusted, and neither could the next ones. */
async function playStep(options: StepOptions, concurrency: number): Promise<StepEnd[] | undefined> {
  const ends: StepEnd[] = [];
  for (let repeat = 1; repeat <= options.ramp.repeats; repeat++) {
    if (options.until.aborted) return undefined;
    const end = await runStep(options, concurrency, repeat);
    if (end.doubt !== undefined) {
      const text = `the search stopped at ${concurrency} callers: ${end.doubt}`;
      if (!options.until.aborted) options.emit({ type: "warning", code: "search_stopped", text });
      return undefined;
    }
    ends.push(end);
  }
  return ends;
}

type Tried = ReadonlyMap<number, readonly StepEnd[]>;

function nextFor(tried: Tried, kind: Searched): number | undefined {
  const interval = intervalOf(tried, kind);
  return interval === undefined ? undefined : between(interval.good, interval.bad);
}

/** Undefined: no step shows it, or the lowest one does already. */
function intervalOf(tried: Tried, kind: Searched): { good: number; bad: number } | undefined {
  const steps = [...tried].sort(([a], [b]) => a - b);
  const first = steps.findIndex(([, ends]) => mostRepeatsShow(ends.map(({ shows }) => shows.has(kind))));
  const [good, bad] = [steps[first - 1]?.[0], steps[first]?.[0]];
  return good === undefined || bad === undefined ? undefined : { good, bad };
}
