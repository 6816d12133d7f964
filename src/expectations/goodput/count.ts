import type { History, PhaseSpan } from "../../core/history.ts";

export type Place = "proxy" | "front_door";

/** A stretch of time in which calls are counted. */
export interface Span {
  name: string | undefined;
  fromMs: number;
  toMs: number;
  seq: number;
}

export interface Counted {
  /** Calls that began in the spans. */
  all: number;
  /** Whole, and in time. */
  good: number;
  /** Of the good ones: perhaps truncated. */
  doubtful: number;
  seconds: number;
  perSecond: number;
  spans: readonly Span[];
}

const DEFAULT_DEADLINE_MS = 30_000;

interface Reply {
  atMs: number;
  seq: number;
  good: boolean;
  doubtful: boolean;
}

/**
 * The phases in which selected calls began, and those between in which no call began at all: silence counts too. Without
 * phases, from the first call to the end.
 */
export function spansOf({ selected, whole }: { selected: History; whole: History }, place: Place): Span[] {
  const replies = repliesOf(selected, place);
  const [first] = replies;
  if (first === undefined) return [];
  if (whole.phases.length === 0)
    return [{ name: undefined, fromMs: first.atMs, toMs: Math.max(whole.lastMs, first.atMs + 1), seq: first.seq }];
  const all = repliesOf(whole, place);
  const beganIn = (list: readonly Reply[], { fromMs, toMs }: PhaseSpan) =>
    list.some(({ atMs }) => atMs >= fromMs && atMs < toMs);
  const from = whole.phases.findIndex((phase) => beganIn(replies, phase));
  const to = whole.phases.findLastIndex((phase) => beganIn(replies, phase));
  return whole.phases.filter((phase, i) => i >= from && i <= to && (beganIn(replies, phase) || !beganIn(all, phase)));
}

export function countGood(history: History, { spans, place }: { spans: readonly Span[]; place: Place }): Counted {
  const counted = repliesOf(history, place).filter(({ atMs }) =>
    spans.some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs),
  );
  const good = counted.filter((reply) => reply.good);
  const seconds = spans.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1_000;
  return {
    all: counted.length,
    good: good.length,
    doubtful: good.filter((reply) => reply.doubtful).length,
    seconds,
    perSecond: seconds === 0 ? 0 : good.length / seconds,
    spans,
  };
}

function repliesOf({ frontDoorCalls, attempts, app }: History, place: Place): Reply[] {
  if (place === "front_door")
    return frontDoorCalls.map(({ started, outcome, certain }) => ({
      atMs: started.started_at_ms,
      seq: started.seq,
      good: outcome === "served",
      doubtful: !certain,
    }));
  const deadlineMs = app?.deadlineMs ?? DEFAULT_DEADLINE_MS;
  return attempts.map(({ headAtMs, endAtMs, delivered, received }) => ({
    atMs: headAtMs,
    seq: received.seq,
    good: delivered && (endAtMs ?? Number.POSITIVE_INFINITY) - headAtMs <= deadlineMs,
    doubtful: false,
  }));
}
