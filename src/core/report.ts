import type { Evidence, Verdict } from "./expectation.ts";
import type { Flag, Outcome } from "./history.ts";

/** report.json, version 1. Every reader (runbook, junit, compare, dashboard) starts from this. */
export interface Report {
  version: 1;
  runId: string;
  scenario: string;
  summary: string;
  hypothesis: string;
  seed: number;
  verdict: Verdict;
  /** Null, or why the run stopped early. */
  stopped: string | null;
  startedAt: string;
  durationMs: number;
  mode: "run" | "proxy";
  upstream: { kind: "live" | "stub" | "replay"; address: string };
  versions: { llm_chaos: string; node: string; event_schema: number };
  app: { url: string | null; frontDoor: string | null; commit: string | null };
  phases: readonly { name: string; fromMs: number; toMs: number; faults: readonly string[] }[];
  expectations: readonly ReportedExpectation[];
  faults: readonly {
    rule: string;
    name: string;
    phase: string;
    explained: string;
    chosen: number;
    hits: number;
    lost: number;
  }[];
  limits: readonly {
    dimension: string;
    /** The one that held when it was fullest. */
    limit: number;
    /** Of the limit that held at the time. */
    peakShare: number;
    hit: boolean;
    /** The first refusal over it: when, with how many callers at once (a ramp's step; else null), and which event. */
    firstHit: { atMs: number; concurrency: number | null; seq: number } | null;
    label: string;
    source: string | null;
    date: string | null;
  }[];
  /** Limits that a controller set while the run went on. */
  limitChanges: readonly LimitChange[];
  /**
   * How full each counted dimension was over time: one share for each point of `series`, of the limit that held then; null
   * where no call asked.
   */
  utilisation: readonly { dimension: string; shares: readonly (number | null)[] }[];
  /** How token limits were settled for each provider that met one. */
  settlement: readonly Settlement[];
  refusals: readonly {
    origin: string;
    provider: string;
    trouble: string;
    /** HTTP status the app got. */
    status: number;
    dimension: string | null;
    count: number;
    announcedMs: { min: number; max: number } | null;
    firstSeq: number;
  }[];
  calls: {
    frontDoor: number;
    logical: number;
    attempts: number;
    outcomes: Readonly<Record<Outcome, number>>;
    flags: Readonly<Record<Flag, number>>;
    uncertain: number;
  };
  load: {
    steps: readonly ReportedStep[];
    /** A ramp whose steps begin with every bucket drained: how full a limit then is says nothing of the traffic. */
    startsAtWall: boolean;
    /** The sustained wall, computed: limit × latency / (60 × charge). Null when no limit was counted. */
    computedWall: Wall | null;
    /** The same for every counted dimension, the lowest first: the headroom at this run's mix of traffic. */
    walls: readonly Wall[];
    shedsAt: Knee | null;
    queuesAt: Knee | null;
    breaksAt: Knee | null;
    retriesAt: Knee | null;
    fallsBackAt: Knee | null;
    /** Of a ramp with `search`: whether the app carried `concurrency` callers again after it had been driven up to `after`. */
    comesBack: { concurrency: number; after: number; held: boolean } | null;
    /** How the command of `--load-cmd` ended; both null while it ran. Null without one. */
    tool: { code: number | null; signal: string | null } | null;
  };
  degradation: { path: readonly DegradationStep[]; firstSeenMs: number | null };
  /** How the app reacts to trouble, as far as this run shows it. */
  profile: ReactionProfile;
  /** Whether goodput came back when the faults were over; null: none acted, or it cannot be told. `metastable`: not at all, for as long as they had lasted, at no more load than before. */
  recovery: { state: "recovered" | "not back" | "metastable"; tookMs: number | null; because: string } | null;
  /** Attempts per logical call; null without calls. */
  amplification: number | null;
  ttftMs: { p50: number; p95: number; p99: number; count: number } | null;
  cost: {
    inputTokens: number;
    outputTokens: number;
    /** Of attempts that delivered nothing whole. */
    wastedTokens: number;
    usageSeenShare: number | null;
    /** Spent on live upstreams, in US dollars; null where nothing was priced. */
    realUsd: number | null;
    /** What stub and replay would have cost live. */
    savedUsd: number | null;
    /** Calls whose model has no known price: unknown, not free. */
    unpricedCalls: number;
  };
  links: { total: number; ambiguousShare: number };
  /** How front-door calls were judged, with this run's matchers and thresholds; empty without such calls. */
  rules: readonly { what: string; rule: string }[];
  /** One point a second, for the charts. */
  series: readonly SeriesPoint[];
  warnings: readonly string[];
  /** What this run cannot tell, one sentence each. */
  notConcluded: readonly string[];
  runbook: Readonly<Record<string, string>>;
  reproduce: string;
}

/** Other limits from one moment on. */
export interface LimitChange {
  atMs: number;
  seq: number;
  /** What changed; null: not counted then. Empty: the amounts stayed as they were. */
  amounts: readonly { dimension: string; label: string; before: number | null; after: number | null }[];
}

export interface Settlement {
  provider: string;
  /** `usage`: a finished call costs what its usage says. `reserve`: what was charged at admission stands. */
  settle: "usage" | "reserve";
  /** Who says so: the scenario, the provider's documentation, or nobody. */
  by: "scenario" | "documented" | "assumed";
}

/** Computed, never measured. */
export interface Wall {
  concurrency: number;
  dimension: string;
  because: string;
}

export interface ReportedExpectation {
  name: string;
  explained: string;
  params: unknown;
  phase: string | null;
  verdict: Verdict;
  /** It depends on the front door, which nobody drove. */
  notMeasured?: true;
  summary: string;
  evidence: readonly Evidence[];
}

export interface ReportedStep {
  concurrency: number;
  repeats: number;
  served: number;
  shed: number;
  failed: number;
  hung: number;
  cut: number;
  queued: number;
  retried: number;
  fellBack: number;
  p50Ms: number | null;
  p95Ms: number | null;
  trustworthy: boolean;
  why: string | null;
}

/** An interval: the last good step and the first bad one. */
export interface Knee {
  concurrency: number;
  after: number | null;
}

export interface DegradationStep {
  what:
    | "waits and retries"
    | "queues"
    | "falls back"
    | "sheds"
    | "fails"
    | "passes on a truncated answer"
    | "hangs"
    | "recovers";
  atMs: number;
  count: number;
  firstSeq: number;
  /** Callers at once of the ramp step in which it was first seen; null outside a ramp. */
  concurrency: number | null;
}

export interface ReactionProfile {
  traits: readonly Trait[];
  notMeasured: readonly { name: TraitName; why: string }[];
}

export type TraitName = "retries" | "backoff" | "retry_after" | "patience" | "in_flight" | "fallback" | "shedding";

/** One thing that the app does, measured. */
export interface Trait {
  name: TraitName;
  /** `backoff 500 ms doubling with 25 % jitter` */
  words: string;
  /** The numbers behind the words. Names ending in `Ms` are milliseconds, in `Share` from 0 to 1. */
  numbers: Readonly<Record<string, number>>;
  /** How many observations it rests on, and of what: `23 gaps`. */
  samples: number;
  of: string;
  /** Some of the events that show it. */
  events: readonly number[];
}

export interface SeriesPoint {
  atMs: number;
  served: number;
  shed: number;
  failed: number;
  hung: number;
  cut: number;
  attempts: number;
  refused: number;
  inFlight: number;
  ttftP95Ms: number | null;
}
