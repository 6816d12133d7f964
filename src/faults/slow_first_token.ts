import { z } from "zod";
import { distribution, sample } from "../core/distribution.ts";
import type { Fault, StreamStage, StreamStep } from "../core/fault.ts";
import { createFormSense } from "./shared/frames.ts";
import { distributionWords } from "./shared/words.ts";

const params = z
  .strictObject({
    add: distribution().optional().meta({ description: "Added to the provider's own time to first token" }),
    at_least: distribution()
      .optional()
      .meta({ description: "The first token comes no earlier than this after the request" }),
    hold: z
      .enum(["first_token", "headers"])
      .default("first_token")
      .meta({ description: "What is held: the first content, or the status line and everything after it" }),
  })
  .refine(({ add, at_least }) => (add === undefined) !== (at_least === undefined), "give either add or at_least");

export const slowFirstToken: Fault<z.output<typeof params>> = {
  name: "slow_first_token",
  summary: "Holds the reply before its first content; then the original gaps, not a burst",
  acts: "stream",
  final: false,
  params,
  plan({ add, at_least, hold }, { rng, receivedAtMs }) {
    const addMs = add && sample(add, rng);
    const leastMs = at_least && sample(at_least, rng);
    const newStage = () => {
      let startMs = receivedAtMs;
      return shiftFrom(hold, (arrivedMs, headersAtMs) => {
        startMs ??= headersAtMs ?? arrivedMs;
        return addMs ?? startMs + (leastMs ?? 0) - arrivedMs;
      });
    };
    return [{ do: "reshape", newStage }];
  },
  explain: ({ add, at_least, hold }) =>
    `the ${hold === "headers" ? "reply" : "first token"} comes ${add ? `${distributionWords(add)} later` : at_least ? `no earlier than ${distributionWords(at_least)} after the request` : ""}`,
};

type ShiftOf = (arrivedMs: number, headersAtMs: number | undefined) => number;

/** Every frame from the held one on is due a constant time after its own arrival: so the gaps stay, however long it was held. */
function shiftFrom(hold: "first_token" | "headers", shiftOf: ShiftOf): StreamStage {
  const isOutsideSse = createFormSense();
  let shift: number | undefined;
  let headersAtMs: number | undefined;
  const begin = (arrivedMs: number): StreamStep[] => {
    shift = Math.max(0, shiftOf(arrivedMs, headersAtMs));
    return shift > 0 ? [{ do: "applied" }] : [];
  };
  const waitUntil = (dueMs: number, nowMs: number): StreamStep[] =>
    dueMs > nowMs ? [{ do: "wait", ms: dueMs - nowMs }] : [];
  return {
    onHeaders({ nowMs }) {
      headersAtMs = nowMs;
      if (hold !== "headers") return [];
      return [...begin(nowMs), ...waitUntil(nowMs + (shift ?? 0), nowMs)];
    },
    onFrame(frame, meaning, { nowMs }) {
      const isContent = isOutsideSse(frame, meaning) || meaning.tokens > 0;
      const begun = shift === undefined && isContent ? begin(frame.arrivedMs) : [];
      const wait = shift === undefined ? [] : waitUntil(frame.arrivedMs + shift, nowMs);
      return [...begun, ...wait, { do: "send", bytes: frame.bytes }];
    },
  };
}
