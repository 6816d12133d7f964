import { z } from "zod";
import { type Distribution, distribution, MOST_EMPIRICAL_VALUES } from "../../core/distribution.ts";
import { count, share } from "../../core/schema.ts";
import { matchesGlob } from "../../core/text.ts";

/** What a call meets instead of an answer. What a call itself is to blame for, no chance can draw. */
export const STUB_ERRORS = ["overloaded", "server_error", "bad_gateway", "timeout"] as const;
export type StubError = (typeof STUB_ERRORS)[number];

/** How one model behaves: when it speaks, how fast, how much, and how often it does not. */
export interface StubBehaviour {
  /** From taking a call up to its first token; waiting in the queue comes on top. Default lognormal, median 200 ms, sigma 0.3. */
  ttft: Distribution;
  /** Between tokens. Default lognormal, median 20 ms, sigma 0.3. */
  interToken: Distribution;
  /** Tokens of an answer, before the caller's maximum. Default lognormal, median 30, sigma 0.3. */
  outputTokens: Distribution;
  /** Share of the calls with tools that are answered by a tool call when the caller leaves it open. Default 50 %. */
  toolCalls: number;
  /** Shares of the calls, 0 to 1; drawn again for each attempt. Default none. */
  errors: Readonly<Partial<Record<StubError, number>>>;
}

/** How the stub behaves, and how many callers it bears. */
export interface StubProfile extends StubBehaviour {
  /** By model, exact or with `*`, the first that matches; for all others the profile itself. */
  models: Readonly<Record<string, StubBehaviour>>;
  /** Default 64 at once and 256 waiting; the next is refused as overloaded. */
  capacity: { concurrency: number; queue: number };
}

/** `30`, `{ uniform: [20, 60] }`, `{ lognormal: { median: 30, sigma: 0.4 } }` or `{ empirical: [12, 30, 31, 80] }`. The unit of the spread is tokens, not milliseconds. */
const tokenCount = () =>
  z
    .union([
      count().transform((tokens): Distribution => ({ kind: "fixed", ms: tokens })),
      z
        .strictObject({ uniform: z.tuple([count(), count()]) })
        .transform(({ uniform: [minMs, maxMs] }): Distribution => ({ kind: "uniform", minMs, maxMs })),
      z
        .strictObject({ lognormal: z.strictObject({ median: count(), sigma: z.number().positive() }) })
        .transform(
          ({ lognormal }): Distribution => ({ kind: "lognormal", medianMs: lognormal.median, sigma: lognormal.sigma }),
        ),
      z
        .strictObject({ empirical: z.array(count()).min(1).max(MOST_EMPIRICAL_VALUES) })
        .transform(({ empirical }): Distribution => ({ kind: "empirical", valuesMs: empirical })),
    ])
    .meta({ description: "A number of tokens, or uniform, lognormal or empirical over tokens" });

const atLeastOne = () => count().refine((value) => value >= 1, { message: "must be at least 1" });

const atMostAll = () => share().refine((value) => value <= 1, { message: "must be at most 100%" });

const errors = () =>
  z.strictObject({
    overloaded: atMostAll().optional(),
    server_error: atMostAll().optional(),
    bad_gateway: atMostAll().optional(),
    timeout: atMostAll().optional(),
  });

/** Of one model; what it leaves out is as for all. */
const modelSchema = z.strictObject({
  ttft: distribution().optional(),
  inter_token: distribution().optional(),
  output_tokens: tokenCount().optional(),
  tool_calls: atMostAll().optional(),
  errors: errors().optional(),
});

export const stubProfileSchema = z
  .strictObject({
    ttft: distribution().prefault({ lognormal: { median: "200ms", sigma: 0.3 } }),
    inter_token: distribution().prefault({ lognormal: { median: "20ms", sigma: 0.3 } }),
    output_tokens: tokenCount().prefault({ lognormal: { median: 30, sigma: 0.3 } }),
    tool_calls: atMostAll().prefault("50%"),
    errors: errors().prefault({}),
    capacity: z.strictObject({ concurrency: atLeastOne().prefault(64), queue: count().prefault(256) }).prefault({}),
    models: z.record(z.string().min(1), modelSchema).prefault({}),
  })
  .transform(({ capacity, models, ...all }): StubProfile => {
    const behaviour = behaviourOf(all);
    const own = Object.entries(models).map(([model, given]) => [model, { ...behaviour, ...behaviourOf(given) }]);
    return { ...behaviour, capacity, models: Object.fromEntries(own) };
  });

type Written = z.output<typeof modelSchema>;

function behaviourOf(written: Required<Written>): StubBehaviour;
function behaviourOf(written: Written): Partial<StubBehaviour>;
function behaviourOf(written: Written): Partial<StubBehaviour> {
  const behaviour = {
    ttft: written.ttft,
    interToken: written.inter_token,
    outputTokens: written.output_tokens,
    toolCalls: written.tool_calls,
    errors: written.errors && given(written.errors),
  };
  return given(behaviour);
}

/** Without what was left out. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/** For calls of this model. */
export function behaviourFor(profile: StubProfile, model: string): StubBehaviour {
  const { models } = profile;
  const name = Object.hasOwn(models, model)
    ? model
    : Object.keys(models).find((pattern) => matchesGlob(pattern, model));
  return (name === undefined ? undefined : models[name]) ?? profile;
}

export const defaultProfile: StubProfile = stubProfileSchema.parse({});
