import type { ChaosEvent } from "../../core/event.ts";
import type { LimitRow, Limits, Moment } from "../view.ts";
import { dimensionWords, shortDuration } from "../words.ts";
import type { Attempt } from "./attempt.ts";
import type { Seconds } from "./seconds.ts";

/** A limit bites while calls were refused in this time. */
const BITING_MS = 10_000;
const NEAR_SHARE = 0.8;
const NEAR_MS = 15_000;
/** The rate at which it empties is taken over this time. */
const TREND_MS = 10_000;
const SAMPLE_MS = 500;
/** Later than that is no forecast. */
const FARTHEST_MS = 600_000;

interface Sample {
  atMs: number;
  used: number;
}

/** How full each limit is, and which one bites first. */
export class LimitWatch {
  readonly #lastRefusal = new Map<string, ChaosEvent<"call_refused">>();
  readonly #samples = new Map<string, Sample[]>();
  /** Refused since when, by dimension; for the log. */
  readonly #biting = new Map<string, number>();

  /** Says when a limit begins to bite, once for each spell. */
  refused(event: ChaosEvent<"call_refused">): string | undefined {
    const dimension = event.dimension ?? event.trouble;
    const before = this.#biting.get(dimension);
    this.#biting.set(dimension, event.t_ms);
    this.#lastRefusal.set(dimension, event);
    if (before !== undefined && event.t_ms - before < BITING_MS) return undefined;
    return `${dimensionWords(dimension)} begins to bite: ${event.status}, ${originWords(event.origin)}`;
  }

  view(moment: Moment & { isOver: boolean }, open: Iterable<Attempt>, seconds: Seconds): Limits {
    const refusals = refusalsIn(seconds, moment.nowMs);
    const held = heldBy(open);
    const rows = [
      ...moment.readings.map((reading) => this.#counted(reading, { moment, refusals, held })),
      ...this.#uncounted(moment, refusals),
    ].sort((a, b) => urgency(a) - urgency(b) || shareOf(b) - shareOf(a));
    return { verdict: moment.isOver ? lastVerdictOf(rows) : verdictOf(rows), rows };
  }

  #counted(
    reading: Moment["readings"][number],
    { moment, refusals, held }: { moment: Moment; refusals: Refusals; held: ReadonlyMap<string, number> },
  ): LimitRow {
    const { dimension, limit, used, resetMs } = reading;
    const now = refusals.get(dimension);
    const emptyInMs = this.#emptyIn(reading, moment.nowMs);
    const share = limit === 0 ? 1 : used / limit;
    const isNear = share >= NEAR_SHARE || (share >= 0.5 && emptyInMs !== undefined && emptyInMs <= NEAR_MS);
    return {
      dimension,
      state: now !== undefined ? "biting" : isNear ? "near" : "ok",
      limit,
      used: Math.round(used * 10) / 10,
      reserved: Math.min(Math.round(used), held.get(dimension) ?? 0),
      resetMs: Math.round(resetMs),
      emptyInMs,
      refusals: now?.count ?? 0,
      origin: now?.origin,
      announcedMs: now === undefined ? undefined : this.#lastRefusal.get(dimension)?.announced_ms,
    };
  }

  /** Walls that somebody else counts: the provider, a fault, the budget. Only their refusals are seen. */
  #uncounted({ readings }: Moment, refusals: Refusals): LimitRow[] {
    const counted = new Set(readings.map(({ dimension }) => dimension));
    return [...this.#lastRefusal].flatMap(([dimension, last]) => {
      if (counted.has(dimension)) return [];
      const now = refusals.get(dimension);
      const row: LimitRow = {
        dimension,
        state: now === undefined ? "unknown" : "biting",
        limit: last.limit,
        used: undefined,
        reserved: 0,
        resetMs: undefined,
        emptyInMs: undefined,
        refusals: now?.count ?? 0,
        origin: last.origin,
        announcedMs: last.announced_ms,
      };
      return [row];
    });
  }

  #emptyIn({ dimension, limit, used }: Moment["readings"][number], nowMs: number): number | undefined {
    const samples = this.#samples.get(dimension) ?? [];
    this.#samples.set(dimension, samples);
    if (nowMs - (samples.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY) >= SAMPLE_MS) samples.push({ atMs: nowMs, used });
    while (samples.length > 2 && nowMs - (samples[0]?.atMs ?? nowMs) > TREND_MS) samples.shift();
    const [first] = samples;
    if (first === undefined || nowMs - first.atMs < SAMPLE_MS) return undefined;
    const perMs = (used - first.used) / (nowMs - first.atMs);
    const leftMs = perMs <= 0 ? Number.POSITIVE_INFINITY : Math.max(0, limit - used) / perMs;
    return leftMs > FARTHEST_MS ? undefined : Math.round(leftMs);
  }
}

type Refusals = ReadonlyMap<string, { count: number; origin: string }>;

function refusalsIn(seconds: Seconds, nowMs: number): Refusals {
  const found = new Map<string, { count: number; origin: string }>();
  for (const { atMs, refusals } of seconds.last(BITING_MS + 1_000)) {
    if (nowMs - atMs > BITING_MS + 1_000) continue;
    for (const [key, count] of refusals ?? []) {
      const [dimension = "", origin = ""] = key.split(" ");
      found.set(dimension, { count: count + (found.get(dimension)?.count ?? 0), origin });
    }
  }
  return found;
}

/** What the calls in flight hold of each dimension, as it was estimated when they came. */
function heldBy(open: Iterable<Attempt>): ReadonlyMap<string, number> {
  let tokens = 0;
  let input = 0;
  for (const attempt of open) {
    if (!attempt.admitted) continue;
    tokens += attempt.charge;
    input += attempt.inputTokens;
  }
  return new Map([
    ["tpm", tokens],
    ["tpd", tokens],
    ["itpm", input],
  ]);
}

function urgency({ state, emptyInMs }: LimitRow): number {
  if (state === "biting") return 0;
  if (state === "near") return 1 + Math.min(emptyInMs ?? FARTHEST_MS, FARTHEST_MS) / FARTHEST_MS;
  return state === "ok" ? 3 : 4;
}

function shareOf({ used, limit }: LimitRow): number {
  return used === undefined || limit === undefined || limit === 0 ? 0 : used / limit;
}

function verdictOf([first]: readonly LimitRow[]): string {
  if (first === undefined) return "no limit is counted here, and none was met yet";
  const name = dimensionWords(first.dimension);
  if (first.state === "biting") return `${name} bites now: ${first.refusals} refused in the last 10 s`;
  if (first.state === "near" && first.emptyInMs !== undefined)
    return `first to bite: ${name}, in about ${shortDuration(first.emptyInMs)}`;
  if (first.state === "near") return `first to bite: ${name}`;
  if (first.state === "unknown") return `none bites now; ${name} did before`;
  return `none is near; the fullest is ${name}`;
}

/** Of a run that is over, nothing is so now, and nothing comes. */
function lastVerdictOf(rows: readonly LimitRow[]): string {
  const [first] = rows;
  if (first === undefined) return verdictOf(rows);
  const name = dimensionWords(first.dimension);
  if (first.state === "biting") return `${name} was biting at the end: ${first.refusals} refused in the last 10 s`;
  if (first.state === "unknown") return `none was biting at the end; ${name} did before`;
  return `none was biting at the end; the fullest was ${name}`;
}

export function originWords(origin: string): string {
  if (origin === "counted") return "the limit counted here";
  if (origin === "scripted") return "made by a fault";
  return origin === "budget" ? "the budget" : "the provider's own";
}
