import type { ZodType } from "zod";
import type {
  Dialect,
  FrameMeaning,
  LlmCall,
  ReplyContext,
  StreamFrame,
  StreamPosition,
  TroubleKind,
} from "./dialect.ts";
import type { HeaderList, WireReply } from "./exchange.ts";
import type { Charge, LimitRefusal, RefusalDimension } from "./limits.ts";
import type { Rng } from "./rng.ts";

/** What a stage wants done with the stream, in order. The interpreter counts, logs and performs. */
export type StreamStep =
  | { do: "send"; bytes: Uint8Array }
  /** Milliseconds from now (from when the step is performed). Released early by panic. */
  | { do: "wait"; ms: number }
  /** A clean end of the body, as if whole. */
  | { do: "end" }
  /** The connection breaks after everything sent was drained. */
  | { do: "cut"; how: "fin" | "rst" }
  /** Nothing more is sent, the connection stays open; without ms until the client leaves. */
  | { do: "keep-open"; ms?: number }
  /** Bytes repeated while the stream waits or is kept open (keep-alive pings). `ms: 0` stops them. */
  | { do: "every"; ms: number; bytes: Uint8Array }
  /** Marks the moment at which the fault took effect: event `fault_applied`. A fault without it counts as not exercised. */
  | { do: "applied" };

/** A stateful transformer of one exchange's reply. For a reply that is not SSE every chunk is a frame without data. */
export interface StreamStage {
  /** Before the reply's status line goes out; only `wait` and `applied` make sense. */
  onHeaders?(at: StreamPosition): readonly StreamStep[];
  onFrame(frame: StreamFrame, meaning: FrameMeaning, at: StreamPosition): readonly StreamStep[];
  /** The upstream ended cleanly. Returning nothing lets the end through. */
  onEnd?(at: StreamPosition): readonly StreamStep[];
  /**
   * For a stage that keeps bytes back: hands them over. Asked once, when the stage is taken out (removed, broken) or the
   * stream breaks off; afterwards it is asked nothing more.
   */
  flush?(): Uint8Array;
}

/** The closed list of verbs. If one is missing, extend the list; never special-case a fault in the engine. */
export type Injection =
  | { do: "wait"; ms: number }
  /** What the event log says of it beside the status: a limit's refusal, or the wait (milliseconds) that any other trouble announces. */
  | {
      do: "answer";
      reply: WireReply;
      /** Undefined: no trouble of the provider's (a page of somebody in between, an empty reply). */
      trouble?: TroubleKind;
      refusal?: LimitRefusal & { announcedMs: number | undefined };
      announcedMs?: number;
    }
  | { do: "reset" }
  | { do: "hang"; ms?: number }
  | { do: "reshape"; newStage: () => StreamStage }
  /** Headers of the upstream's reply: `drop` first (patterns, any case), then each of `set` replaces those of its name. The body stays as it is. */
  | { do: "rewrite-head"; drop: readonly string[]; set: HeaderList };

export interface FaultContext {
  call: LlmCall;
  dialect: Dialect;
  charge: Charge;
  rng: Rng;
  reply: ReplyContext;
  /** Arrival of the request head, monotonic milliseconds. Without it a fault measures from the reply's headers. */
  receivedAtMs?: number;
  /** The true limit of a dimension for this call: a counted one, else the tier's, else a documented default. */
  limitOf(dimension: RefusalDimension): number;
}

/** A fault plans, the proxy acts. Pure: the same parameters, context and random stream give the same plan. */
export interface Fault<Params = unknown> {
  /** The word users type; the file has the same name. */
  readonly name: string;
  /** One sentence for `list`, the schema and the docs. */
  readonly summary: string;
  /**
   * How it looks from the app, for people who meet the same in the night and have never seen a scenario. None for a fault that refuses:
   * refusals are told with their status and wait.
   */
  readonly looks?: string;
  /** Where it acts: `call` before an answer exists, `stream` on the reply, `head` on the head of any reply. The validator uses it. */
  readonly acts: "call" | "stream" | "head";
  /** True when it ends the call (answer, reset, hang): the first such rule wins, and two in one rule are refused. */
  readonly final: boolean;
  /** It acts only on calls that asked for a stream; others are none of its rule's. */
  readonly onlyStreams?: true;
  readonly params: ZodType<Params>;
  plan(params: Params, context: FaultContext): readonly Injection[];
  /** The rule in words: "a 429 for tokens per minute that asks for 5 s". */
  explain(params: Params): string;
}

/** A fault that was chosen for a call, with its parameters already parsed. */
export interface ChosenFault {
  /** `storm/1`, or `live-3` for an injected one. */
  rule: string;
  fault: Fault;
  params: unknown;
  /** The key of the seeded decision, for the plan and the log. */
  decision: string;
  rng: Rng;
  /** Aborts when the fault is removed or panic is pressed: holds are released, stages let everything through. */
  revoked: AbortSignal;
}

/** What a call looks like to `where`. Header values are for matching only and never stored. */
export interface CallFacts {
  call: LlmCall;
  path: string;
  keyHash: string;
  header(name: string): string | undefined;
  /** The id of the attempt in this run. */
  id: string;
  /** The joined logical call and attempt number, when the proxy already knows them from marks on the wire. */
  joined: { logical: string; attempt: number } | undefined;
}

/** Decides which faults meet a call. Given to the proxy by the session. */
export interface FaultChooser {
  choose(facts: CallFacts): readonly ChosenFault[];
}
