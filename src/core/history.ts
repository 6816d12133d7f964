import type { ChaosEvent } from "./event.ts";
import type {
  KeptAdmitted,
  KeptCost,
  KeptEnd,
  KeptFrontEnd,
  KeptFrontStart,
  KeptReceived,
  KeptRefused,
  KeptUsage,
} from "./kept-events.ts";
import type { LimitSpec } from "./limits.ts";
import type { AppFacts, Scenario } from "./scenario.ts";

/** The finished history, folded from the events. Expectations and the report read only this. */
export interface History {
  run: ChaosEvent<"run_started"> | undefined;
  scenario: Scenario | undefined;
  app: AppFacts | undefined;
  phases: readonly PhaseSpan[];
  attempts: readonly Attempt[];
  /** Of a selection: attempts that began outside of its phases and were still open in them. */
  carriedOver?: readonly Attempt[];
  logicalCalls: readonly LogicalCall[];
  frontDoorCalls: readonly FrontDoorCall[];
  steps: readonly LoadStep[];
  /** The last word of the command of `--load-cmd`. */
  loadTool: ChaosEvent<"load_tool"> | undefined;
  /** Counted limits that were set while the run went on, in order. Which held when is told by limits-held.ts. */
  limitChanges: readonly { seq: number; atMs: number; limits: readonly LimitSpec[] }[];
  /** Methods of the control channel that somebody called while the run went on, in order. */
  commands: readonly string[];
  selfDelays: readonly ChaosEvent<"self_delay">[];
  warnings: readonly ChaosEvent<"warning">[];
  /** Undefined: the log has no end (killed), treated as stopped. */
  ended: ChaosEvent<"run_ended"> | undefined;
  /** Time of the last event. */
  lastMs: number;
  /** Share of links that are not certain, of all links; 0 without links. */
  ambiguousShare: number;
  /** How a call that queued in the app is told in this run; undefined: it cannot be, for want of a baseline. */
  queueRule:
    | {
        /** Of the waits before the first attempt in quiet times. Milliseconds. */
        baselineP95Ms: number;
        /** A longer wait is a queue, while `plateau` attempts are in flight. Milliseconds. */
        longestMs: number;
        plateau: number;
      }
    | undefined;
}

export interface PhaseSpan {
  name: string;
  fromMs: number;
  /** The last event's time when the phase never ended. */
  toMs: number;
  seq: number;
}

/** One request seen by the proxy. */
export interface Attempt {
  call: string;
  phase: string;
  received: KeptReceived;
  headAtMs: number;
  admitted: KeptAdmitted | undefined;
  refused: KeptRefused | undefined;
  faults: readonly {
    rule: string;
    fault: string;
    chosenSeq: number;
    appliedSeq: number | undefined;
    lostWhy: string | undefined;
  }[];
  /** Undefined: never sent upstream, or by a log that does not say where to. */
  upstreamKind: "live" | "stub" | "replay" | undefined;
  /** It was answered in a live upstream's place: the rest of a mix, or beyond the budget. */
  standsIn: "mix" | "over_budget" | undefined;
  /** The cassette had no answer: what the app got was an error of our own. */
  replayMissed: ChaosEvent<"replay_missed"> | undefined;
  upstreamStatus: number | undefined;
  upstreamFailed: ChaosEvent<"upstream_failed"> | undefined;
  ttftMs: number | undefined;
  usage: KeptUsage | undefined;
  cost: KeptCost | undefined;
  ended: KeptEnd | undefined;
  /** Last byte sent, or undefined while it was still open at the end of the log. */
  endAtMs: number | undefined;
  clientLeft: boolean;
  /** Ended cleanly with a 2xx, a finish, and no error inside. */
  delivered: boolean;
  /** A 2xx that ended (cleanly or by a cut) without its finish. */
  truncated: boolean;
}

/** One LLM call the app meant to make: its attempts in order, and its links. */
export interface LogicalCall {
  id: string;
  attempts: readonly Attempt[];
  links: readonly Link[];
  /** The logical call it stands in for (another model or provider, or a continuation after a cut). */
  follows: { logical: string; kind: "fallback" | "continuation"; confidence: number } | undefined;
  front: string | undefined;
}

/** Why two attempts are taken for the same logical call. */
export interface Link {
  from: string;
  to: string;
  by: "identity" | "retry_count" | "body" | "prompt" | "timing";
  /** 0 to 1; 0.9 and above counts as certain. */
  confidence: number;
}

export type Outcome = "hung" | "cut" | "failed" | "shed" | "served";
export type Flag = "retried" | "queued" | "fell_back";

/** A user's request to the app, as the driver saw it. */
export interface FrontDoorCall {
  id: string;
  phase: string;
  started: KeptFrontStart;
  firstByteAtMs: number | undefined;
  ended: KeptFrontEnd | undefined;
  durationMs: number | undefined;
  logicalCalls: readonly LogicalCall[];
  outcome: Outcome;
  /** False: the evidence allows another reading (`cut` for `served`, `failed` for `shed`). */
  certain: boolean;
  flags: ReadonlySet<Flag>;
  /** Why this outcome, in words. */
  because: string;
}

/** One held concurrency of a ramp, in one repeat. Counts settled calls only. */
export interface LoadStep {
  concurrency: number;
  repeat: number;
  trustworthy: boolean;
  why: string | undefined;
  seqs: readonly number[];
  calls: readonly FrontDoorCall[];
}
