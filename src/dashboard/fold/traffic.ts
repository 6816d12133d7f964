import type { ChaosEvent } from "../../core/event.ts";
import type { Health, Series } from "../view.ts";
import type { Attempt } from "./attempt.ts";
import { Samples } from "./samples.ts";
import { countUp, rankOf, type Second, Seconds, sortedValues } from "./seconds.ts";

/** How far the numbers beside the charts look back. */
const NUMBERS_MS = 30_000;
const STATUSES_MS = 60_000;
const BLAST_MS = 10_000;
const FEWEST_CALLS = 5;

type RecentNumbers = Pick<Health, "ttftP50Ms" | "ttftP95Ms" | "itlP50Ms" | "samples">;

/** How users feel it: the first token, the pace, what is open, how it ends. */
export class Traffic {
  readonly seconds = new Seconds();
  readonly #open = new Set<string>();
  /** New once a second: sorting thousands of values four times a second would take its time from the calls. */
  #numbers: RecentNumbers & { second: number } = {
    second: -1,
    ttftP50Ms: undefined,
    ttftP95Ms: undefined,
    itlP50Ms: undefined,
    samples: 0,
  };
  #drawn: { second: number; series: Series } = { second: -1, series: { stepMs: 1_000, points: [] } };

  received(call: string, nowMs: number): void {
    const second = this.seconds.at(nowMs);
    this.#open.add(call);
    this.seconds.level = this.#open.size;
    second.received++;
    second.inFlight = Math.max(second.inFlight, this.#open.size);
  }

  /** It is followed no longer. */
  forget(call: string): void {
    this.#open.delete(call);
    this.seconds.level = this.#open.size;
  }

  replied(attempt: Attempt, nowMs: number): void {
    this.#open.delete(attempt.call);
    this.seconds.level = this.#open.size;
    const second = this.seconds.at(nowMs);
    if (attempt.delivered) this.#answered(attempt, second);
    else if (attempt.kind === "refused") second.refused++;
    else second.bad++;
    second.statuses = countUp(second.statuses, labelOf(attempt));
  }

  /** Of whole answers only: failures end early and would flatter the numbers. Counted where it was felt: at the first token. */
  #answered({ ttftMs, fromMs, toMs, tokens }: Attempt, second: Second): void {
    second.ok++;
    if (ttftMs === undefined) return;
    const felt = this.seconds.at(fromMs + ttftMs);
    felt.ttft ??= new Samples();
    felt.ttft.add(ttftMs);
    if (toMs === undefined || tokens < 2) return;
    second.itl ??= new Samples();
    second.itl.add((toMs - fromMs - ttftMs) / (tokens - 1));
  }

  faultApplied(nowMs: number, first: boolean): void {
    const second = this.seconds.at(nowMs);
    second.hits++;
    if (first) second.touched++;
  }

  /** Share of the calls of the last 10 s that met a fault; undefined for too few calls. */
  touchedShare(): number | undefined {
    let received = 0;
    let touched = 0;
    for (const second of this.seconds.last(BLAST_MS)) {
      received += second.received;
      touched += second.touched;
    }
    return received < FEWEST_CALLS ? undefined : touched / received;
  }

  refused({ dimension, trouble, origin, t_ms }: ChaosEvent<"call_refused">): void {
    const second = this.seconds.at(t_ms);
    second.refusals = countUp(second.refusals, `${dimension ?? trouble} ${origin}`);
  }

  shed(nowMs: number): void {
    this.seconds.at(nowMs).shed++;
  }

  health(nowMs: number, waiting: number): Health {
    this.seconds.advance(nowMs);
    const second = Math.floor(nowMs / 1_000);
    if (this.#numbers.second !== second) this.#numbers = { second, ...this.#recentNumbers() };
    const { ttftP50Ms, ttftP95Ms, itlP50Ms, samples } = this.#numbers;
    const minute = this.seconds.last(STATUSES_MS);
    return {
      inFlight: this.#open.size,
      waiting,
      ttftP50Ms,
      ttftP95Ms,
      itlP50Ms,
      samples,
      statuses: statusesOf(minute),
      shedPerMinute: minute.reduce((sum, { shed }) => sum + shed, 0),
    };
  }

  #recentNumbers(): RecentNumbers {
    const recent = this.seconds.last(NUMBERS_MS);
    const ttft = sortedValues(recent.map((second) => second.ttft));
    const itl = sortedValues(recent.map((second) => second.itl));
    return {
      ttftP50Ms: rankOf(ttft, 0.5),
      ttftP95Ms: rankOf(ttft, 0.95),
      itlP50Ms: rankOf(itl, 0.5),
      samples: ttft.length,
    };
  }

  /** New once a second: the running second is left out until it is over, so that charts need not be drawn more often than they move. */
  series(nowMs: number, over: boolean): Series {
    const second = over ? Number.POSITIVE_INFINITY : Math.floor(nowMs / 1_000);
    if (this.#drawn.second === second) return this.#drawn.series;
    const points = this.seconds.points().filter(({ atMs }) => atMs < second * 1_000);
    this.#drawn = { second, series: { stepMs: 1_000, points } };
    return this.#drawn.series;
  }
}

function labelOf({ kind, status }: Attempt): string {
  if (kind === "left" || kind === "hung" || kind === "cut") return kind;
  return status === 0 ? "reset" : String(status);
}

function statusesOf(seconds: readonly Second[]): Health["statuses"] {
  const counts = new Map<string, number>();
  for (const { statuses } of seconds)
    for (const [label, count] of statuses ?? []) counts.set(label, (counts.get(label) ?? 0) + count);
  return [...counts].map(([label, count]) => ({ label, count, kind: kindOf(label) })).sort((a, b) => b.count - a.count);
}

function kindOf(label: string): Health["statuses"][number]["kind"] {
  if (label === "left") return "left";
  if (label === "429" || label === "529") return "refused";
  return /^2\d\d$/.test(label) ? "ok" : "bad";
}
