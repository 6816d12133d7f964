/** What the bench's processes say to each other over the IPC channel. */

/** `small`: one JSON answer. `burst`: a stream written at once. `paced`: a stream with a gap between events. */
export type Answer = "small" | "burst" | "paced";

/** Which answer the upstream gives; a header, so that no relay needs to treat the calls differently. */
export const ANSWER_HEADER = "x-bench-answer";

/** Events of a stream: a role, 48 pieces of text, a finish, `[DONE]`. */
export const EVENTS = 51;
/** Between the events of a paced stream, in milliseconds. */
export const PACE_MS = 20;

/** Stands before the moment an event was written, in microseconds, 16 digits: all processes of a machine share one monotonic clock. */
export const STAMP = " @";
export const STAMP_DIGITS = 16;

export function nowMicroseconds(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** One measurement that the client is asked for. */
export interface Job {
  url: string;
  answer: Answer;
  /** Calls open at once; each starts anew when it ends. */
  calls: number;
  warmUpMs: number;
  measureMs: number;
}

/** Times in milliseconds. */
export interface Measured {
  /** Whole answers per second. */
  rate: number;
  /** Whole answers, warm-up included. */
  answers: number;
  firstByte: { p50: number; p99: number };
  /** From the upstream's write to the client's read, first event excluded; undefined where events carry no time. */
  chunkDelay: { p50: number; p99: number } | undefined;
  /** Calls that failed or whose answer had another length than the others. */
  wrong: number;
  /** Body bytes of an answer; equal for every relay, or one of them changes bodies. */
  answerBytes: number;
  /** Share of one core that the client used: near 1, and it measures itself. */
  clientBusy: number;
}

/** A child's first message. */
export interface Ready {
  port: number;
}
