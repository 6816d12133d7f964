import type { LimitSpec } from "./limits.ts";

/** A scenario after loading: defaults filled in, durations in milliseconds, every name known to exist. Plain data, and part of the event log. */
export interface Scenario {
  name: string;
  summary: string;
  hypothesis: string;
  seed: number;
  limits: readonly LimitSpec[];
  /** Day buckets refill this much faster; 1 is real time. */
  clockScale: number;
  /** What a 429 of a scaled day bucket announces: the wait as it will really be, or as the unscaled provider would say. Default real. */
  announce: "real" | "virtual";
  /** What a counted call is charged in the end: its usage where the reply tells it, or what it reserved. Undefined: as the provider does. */
  settle?: "usage" | "reserve";
  phases: readonly Phase[];
  load: Load | undefined;
  abortWhen: AbortCondition | undefined;
  expect: readonly ExpectationSpec[];
  runbook: Readonly<Record<string, string>>;
}

export interface Phase {
  name: string;
  /** Undefined: as long as the ramp needs (only the last phase of a ramp). */
  lastsMs: number | undefined;
  faults: readonly FaultRule[];
}

export interface FaultRule {
  /** `<phase>/<n>`, counted from 1; with `@<n>` when it came by the n-th change of a running scenario; or `live-<n>`. */
  id: string;
  fault: string;
  /** As written by the user (placeholders kept). */
  params: unknown;
  where: Where;
  /** 0 to 1. Default 1. */
  chance: number;
  /** At most this many calls, undefined: no bound. */
  atMost: number | undefined;
}

/** All given conditions must hold. */
export interface Where {
  provider?: string;
  /** Exact, or with `*`. */
  model?: string;
  path?: string;
  stream?: boolean;
  tools?: boolean;
  /** Prefix of the key's hash, as `status` and the log print it. */
  key?: string;
  header?: Readonly<Record<string, string>>;
  min_input_tokens?: number;
  /** Every n-th matching call. */
  nth?: number;
  /** Only the first n matching calls. */
  first?: number;
}

export type Load =
  | { kind: "closed"; concurrency: number }
  /** Open loop: arrivals per second, fixed whatever the app does. */
  | { kind: "open"; perSecond: number }
  | {
      kind: "ramp";
      from: number;
      to: number;
      factor: number;
      holdMs: number;
      settleMs: number;
      repeats: number;
      start: "at_wall" | "full";
      /** After the steps, narrow the interval in which each behaviour begins. Undefined: the steps only. */
      search?: "knee";
    };

export interface AbortCondition {
  errorRateOver: number;
  forMs: number;
  phase: string | undefined;
}

export interface ExpectationSpec {
  name: string;
  /** As written by the user. */
  params: unknown;
  /** Phases it looks at; undefined: all judged phases. */
  in: readonly string[] | undefined;
  where: Where | undefined;
  ifUnseen: "pass" | "fail" | "inconclusive";
}

/** What the judge and the report need of the app file. No secret: the front door's headers and bodies stay out. */
export interface AppFacts {
  url: string | undefined;
  /** `POST /chat` */
  frontDoor: string | undefined;
  answer: "json" | "sse";
  /** A front-door call is hung when it has not ended by then. Milliseconds. */
  deadlineMs: number;
  /** Whether the app file says how each looks; an undeclared one cannot be seen. */
  declares: { shed: boolean; fallback: boolean; done: boolean; incomplete: boolean; error: boolean };
  /** The same in words, secrets hidden; a log of an older version has none. */
  matchers?: Partial<Record<keyof AppFacts["declares"], string>>;
  /** git commit of the app's folder, when known. */
  commit: string | undefined;
}
