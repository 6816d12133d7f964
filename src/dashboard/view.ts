/**
 * What the dashboard shows, as plain data: a fold over the run's events plus one reading of what no event tells
 * (how full the buckets are now, which faults are in force). The server makes it, the page draws it.
 * Times ending in `Ms` are milliseconds since the start of the run unless they are durations.
 */
export interface View {
  head: Head;
  expectations: Expectations;
  scenario: readonly PhaseRow[];
  limits: Limits;
  health: Health;
  series: Series;
  /** Bounds to draw in the chart of the first token. */
  rules: readonly ChartRule[];
  faults: readonly FaultRow[];
  calls: Calls;
  money: Money;
  log: readonly LogLine[];
}

/** `stopped` ended early: neither passed nor failed. */
export type RunState = "waiting" | "live" | "running" | "draining" | "ended" | "stopped";

export interface Head {
  state: RunState;
  runId: string;
  name: string;
  mode: "run" | "proxy";
  phase: string;
  hypothesis: string;
  seed: number;
  /** The command that plays the same again. */
  reproduce: string;
  upstream: { kind: "live" | "stub" | "replay"; address: string };
  /** Where the app has to send its calls. */
  proxyUrl: string;
  nowMs: number;
  /** Undefined without phases, or while the last one has no length. */
  plannedMs: number | undefined;
  /** Requests seen by the proxy. */
  attempts: number;
  /** In words, when faults meet every call: "2 faults on 100 % of calls". */
  blast: string | undefined;
  /** Why it ended; undefined while it runs. */
  endedWhy: string | undefined;
  version: string;
}

export interface Expectations {
  /** True until the report is made: the evidence is not all there yet. */
  provisional: boolean;
  /** When they were last judged; undefined: not yet. */
  judgedAtMs: number | undefined;
  /** Why they cannot be judged while the run goes on. */
  trouble: string | undefined;
  rows: readonly ExpectationRow[];
}

export interface ExpectationRow {
  name: string;
  /** The rule with its numbers. */
  explained: string;
  state: "broken" | "open" | "holds";
  /** The measured value in one line. */
  summary: string;
  phase: string | undefined;
  /** Since when it is broken. */
  sinceMs: number | undefined;
  /** The first call that proves it broken: `c118`. */
  call: string | undefined;
}

export interface PhaseRow {
  name: string;
  state: "done" | "now" | "next";
  /** As played; for later phases as planned. Undefined: not known. */
  fromMs: number | undefined;
  toMs: number | undefined;
  /** As planned; undefined: as long as the load needs. */
  lastsMs: number | undefined;
  /** What it does, in words; empty: nothing. */
  faults: readonly string[];
}

export interface Limits {
  /** One sentence: which limit bites, or bites first. */
  verdict: string;
  /** Most urgent first. */
  rows: readonly LimitRow[];
}

export interface LimitRow {
  dimension: string;
  /** `biting`: calls are refused now. `near`: soon. `unknown`: nothing is counted here, refusals were seen earlier. */
  state: "biting" | "near" | "ok" | "unknown";
  /** Undefined: it is not counted here, only seen in refusals. */
  limit: number | undefined;
  used: number | undefined;
  /** Part of `used` held by calls in flight. */
  reserved: number;
  /** Until the bucket is full again. */
  resetMs: number | undefined;
  /** Until it is empty at the present rate; undefined: not emptying. */
  emptyInMs: number | undefined;
  /** Refusals in the last 10 s, and whose they are: counted, scripted, provider, budget. */
  refusals: number;
  origin: string | undefined;
  /** The wait of the last refusal. */
  announcedMs: number | undefined;
}

export interface Health {
  inFlight: number;
  /** Calls between two attempts. */
  waiting: number;
  /** Over the last 30 s, whole answers only. */
  ttftP50Ms: number | undefined;
  ttftP95Ms: number | undefined;
  itlP50Ms: number | undefined;
  samples: number;
  /** Replies in the last minute, by what the client saw: `200`, `429`, `cut`, `hung`, `left`. Most frequent first. */
  statuses: readonly { label: string; count: number; kind: "ok" | "refused" | "bad" | "left" }[];
  /** Refused by the app itself, per minute. */
  shedPerMinute: number;
}

export interface Series {
  stepMs: number;
  /** Seconds that are over, oldest first, at most 600. After the end of a run its last one too. */
  points: readonly SeriesPoint[];
}

export interface SeriesPoint {
  atMs: number;
  ttftP50Ms: number | null;
  ttftP95Ms: number | null;
  /** Median time between output tokens of the answers that ended here. */
  itlMs: number | null;
  inFlight: number;
  ok: number;
  refused: number;
  bad: number;
  /** Faults that took effect. */
  hits: number;
}

export interface ChartRule {
  /** `p95 ≤ 4 s`, and for which calls when not for all. */
  label: string;
  mostMs: number;
  /** Names of the phases it holds in; undefined: in all. */
  phases: readonly string[] | undefined;
}

export interface FaultRow {
  id: string;
  fault: string;
  explained: string;
  state: "on" | "queued";
  /** Put in by hand, so it can be ended by hand; a scenario's ends with its phase too. */
  injected: boolean;
  hits: number;
  /** Chosen, but without effect. */
  lost: number;
  /** The end by its ttl; undefined: it ends with its phase, or never. */
  endsAtMs: number | undefined;
  /** For a queued one. */
  startsAtMs: number | undefined;
}

export interface Calls {
  /** `front`: one row for each call at the app's front door. `logical`: the front door is not seen, one row for each LLM call. */
  level: "front" | "logical";
  total: number;
  endings: Readonly<Record<Ending, number>>;
  /** So many calls a second that only endings are counted and failures kept. */
  tooMany: boolean;
  /** Newest first. All failures that are still kept and a sample of the rest. */
  rows: readonly CallRow[];
}

export type Ending = "open" | "clean" | "recovered" | "degraded" | "lost";

export interface CallRow {
  id: string;
  label: string;
  fromMs: number;
  /** Undefined while it is open. */
  toMs: number | undefined;
  ending: Ending;
  /** What its user saw, in words. */
  saw: string;
  attempts: readonly AttemptRow[];
  /** More attempts than are listed. */
  more: number;
  faults: readonly string[];
}

export type AttemptKind = "open" | "answered" | "refused" | "cut" | "hung" | "error" | "left";

export interface AttemptRow {
  call: string;
  fromMs: number;
  toMs: number | undefined;
  kind: AttemptKind;
  status: number;
  tokens: number;
  /** The wait that its refusal announced. */
  announcedMs: number | undefined;
  /** Another model or provider than the attempt before it. */
  fallbackTo: string | undefined;
}

export interface Money {
  /** Live upstreams. Undefined: no call with a known price. */
  spentUsd: number | undefined;
  /** What stub and replay would have cost. */
  savedUsd: number | undefined;
  /** Live calls whose answer was not delivered whole. */
  wastedUsd: number;
  /** Tokens of answers that were not delivered whole, whatever they cost. */
  wastedTokens: number;
  inputTokens: number;
  outputTokens: number;
  /** Calls without a known price. */
  unpriced: number;
  budgetUsd: number | undefined;
}

export interface LogLine {
  seq: number;
  atMs: number;
  kind: string;
  text: string;
}

/** What no event tells. Read when the view is made. */
export interface Moment {
  nowMs: number;
  proxyUrl: string;
  readings: readonly { dimension: string; limit: number; used: number; resetMs: number }[];
  faults: readonly { id: string; fault: string; explained: string; endsAtMs?: number }[];
}
