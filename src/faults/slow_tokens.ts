import { z } from "zod";
import { distribution, sample } from "../core/distribution.ts";
import type { Fault, StreamStage, StreamStep } from "../core/fault.ts";
import { share } from "../core/schema.ts";
import { formatShare } from "../core/units.ts";
import { distributionWords } from "./shared/words.ts";

const params = z
  .strictObject({
    add: distribution().optional().meta({ description: "Added to every gap between tokens, drawn for each" }),
    tokens_per_second: z.number().positive().optional().meta({ description: "No faster than this" }),
    jitter: share()
      .refine((part) => part <= 1, "more than 100% would be time that is given back")
      .default(0)
      .meta({ description: "Each gap differs by up to this share, both ways: 20%" }),
  })
  .refine(
    ({ add, tokens_per_second }) => (add === undefined) !== (tokens_per_second === undefined),
    "give either add or tokens_per_second",
  );

/** The first token comes when it comes; only the gaps behind it grow. */
export const slowTokens: Fault<z.output<typeof params>> = {
  name: "slow_tokens",
  summary: "Stretches the time between tokens",
  looks: "slow tokens",
  acts: "stream",
  final: false,
  params,
  plan({ add, tokens_per_second, jitter }, { call, rng }) {
    if (!call.stream) return [];
    const newStage = () => {
      const draws = rng.fork("gaps");
      const gapOf = (tokens: number) =>
        add === undefined ? (tokens * 1_000) / (tokens_per_second ?? 1) : sample(add, draws);
      const jittered = (tokens: number) => gapOf(tokens) * (1 + jitter * (2 * draws.next() - 1));
      return add === undefined ? paced(jittered) : stretched(jittered);
    };
    return [{ do: "reshape", newStage }];
  },
  explain: ({ add, tokens_per_second, jitter }) =>
    `${add === undefined ? `at most ${tokens_per_second} tokens a second` : `${distributionWords(add)} more between tokens`}${jitter === 0 ? "" : `, ± ${formatShare(jitter)}`}`,
};

/** Every content frame comes its own extra time later than the one before it, so the extra times add up; what is no content keeps its place. */
function stretched(extraMs: (tokens: number) => number): StreamStage {
  let shift: number | undefined;
  return sending((arrivedMs, tokens) => {
    if (tokens > 0) shift = shift === undefined ? 0 : shift + extraMs(tokens);
    return arrivedMs + (shift ?? 0);
  });
}

/** A content frame is due when the time for its tokens has gone by since the one before it. */
function paced(gapMs: (tokens: number) => number): StreamStage {
  let lastMs: number | undefined;
  return sending((_, tokens, nowMs) => {
    if (tokens === 0) return nowMs;
    lastMs = lastMs === undefined ? nowMs : Math.max(nowMs, lastMs + gapMs(tokens));
    return lastMs;
  });
}

function sending(dueOf: (arrivedMs: number, tokens: number, nowMs: number) => number): StreamStage {
  let told = false;
  return {
    onFrame({ bytes, arrivedMs }, { tokens }, { nowMs }) {
      const waitMs = dueOf(arrivedMs, tokens, nowMs) - nowMs;
      if (waitMs <= 0) return [{ do: "send", bytes }];
      const applied: StreamStep[] = told ? [] : [{ do: "applied" }];
      told = true;
      return [...applied, { do: "wait", ms: waitMs }, { do: "send", bytes }];
    },
  };
}
