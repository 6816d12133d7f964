import type { Rng } from "../core/rng.ts";
import type { StubError } from "../upstreams/index.ts";

/** A bounded, fair choice of the values that came: a cassette may hold more than memory does. */
export interface Sample {
  readonly values: readonly number[];
  /** All that came. */
  readonly seen: number;
  add(value: number): void;
}

const MOST_VALUES = 50_000;

export function createSample(rng: Rng, most = MOST_VALUES): Sample {
  const values: number[] = [];
  let seen = 0;
  return {
    values,
    get seen() {
      return seen;
    },
    add(value) {
      seen++;
      if (values.length < most) values.push(value);
      else {
        const place = Math.floor(rng.next() * seen);
        if (place < most) values[place] = value;
      }
    },
  };
}

/** What a cassette says of one model. Durations in milliseconds. */
export interface ModelSamples {
  model: string;
  calls: number;
  /** Whole answers among them. */
  answers: number;
  /** From sending a call to its first content, of streams. */
  ttft: Sample;
  /** From sending a call to its end, of answers that were no streams. */
  whole: Sample;
  /** Per token. */
  gaps: Sample;
  outputTokens: Sample;
  /** Whole answers to calls with tools, and those of them that called one. */
  withTools: number;
  toolCalls: number;
  /** Errors that the stub can draw. */
  errors: Map<StubError, number>;
  /** By status or end: what a profile cannot hold, since the call or its caller was to blame, or a limit. */
  others: Map<string, number>;
}

export function createModelSamples(model: string, rng: Rng): ModelSamples {
  return {
    model,
    calls: 0,
    answers: 0,
    ttft: createSample(rng.fork("ttft")),
    whole: createSample(rng.fork("whole")),
    gaps: createSample(rng.fork("gaps")),
    outputTokens: createSample(rng.fork("output")),
    withTools: 0,
    toolCalls: 0,
    errors: new Map(),
    others: new Map(),
  };
}

export function countOf<T>(counts: Map<T, number>, name: T): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
