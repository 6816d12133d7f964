import { z } from "zod";
import { type Distribution, distribution } from "../../core/distribution.ts";
import { count, share } from "../../core/schema.ts";

/** How the stub behaves: when it speaks, how fast, how much, and how many callers it bears. */
export interface StubProfile {
  /** From taking a call up to its first token; waiting in the queue comes on top. Default lognormal, median 200 ms, sigma 0.3. */
  ttft: Distribution;
  /** Between tokens. Default lognormal, median 20 ms, sigma 0.3. */
  interToken: Distribution;
  /** Tokens of an answer, before the caller's maximum. Default lognormal, median 30, sigma 0.3. */
  outputTokens: Distribution;
  /** Share of the calls with tools that are answered by a tool call when the caller leaves it open. Default 50 %. */
  toolCalls: number;
  /** Default 64 at once and 256 waiting; the next is refused as overloaded. */
  capacity: { concurrency: number; queue: number };
}

/** `30`, `{ uniform: [20, 60] }` or `{ lognormal: { median: 30, sigma: 0.4 } }`. The unit of the spread is tokens, not milliseconds. */
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
    ])
    .meta({ description: "A number of tokens, or uniform or lognormal over tokens" });

const atLeastOne = () => count().refine((value) => value >= 1, { message: "must be at least 1" });

export const stubProfileSchema = z
  .strictObject({
    ttft: distribution().prefault({ lognormal: { median: "200ms", sigma: 0.3 } }),
    inter_token: distribution().prefault({ lognormal: { median: "20ms", sigma: 0.3 } }),
    output_tokens: tokenCount().prefault({ lognormal: { median: 30, sigma: 0.3 } }),
    tool_calls: share()
      .refine((value) => value <= 1, { message: "must be at most 100%" })
      .prefault("50%"),
    capacity: z.strictObject({ concurrency: atLeastOne().prefault(64), queue: count().prefault(256) }).prefault({}),
  })
  .transform(
    (profile): StubProfile => ({
      ttft: profile.ttft,
      interToken: profile.inter_token,
      outputTokens: profile.output_tokens,
      toolCalls: profile.tool_calls,
      capacity: profile.capacity,
    }),
  );

export const defaultProfile: StubProfile = stubProfileSchema.parse({});
