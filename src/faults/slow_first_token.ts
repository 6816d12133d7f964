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
  looks: "a late first token",
  acts: "stream",
  final: false,
  params,
  plan({ add, at_least, hold }, { rng, receivedAtMs }) {
    const addMs = add && sample(add, rng);
    const leastMs = at_least && sample(at_least, rng);
    const newStage = () =>
      shiftFrom(hold, (nowMs, headersAtMs) =>
        addMs === undefined ? (receivedAtMs ?? headersAtMs) + (leastMs ?? 0) : nowMs + addMs,
      );
    return [{ do: "reshape", newStage }];
  },
  explain: ({ add, at_least, hold }) =>
    `the ${hold === "headers" ? "reply" : "first token"} comes ${add ? `${distributionWords(add)} later` : at_least ? `no earlier than ${distributionWords(at_least)} after the request` : ""}`,
};

/** When the held frame is due. From now, not from its arrival: what an earlier stage held must add up. */
type DueOf = (nowMs: number, headersAtMs: number) => number;

/** Every frame from the held one on is due a constant time after its own arrival: so the gaps stay, however long it was held. */
function shiftFrom(hold: "first_token" | "headers", dueOf: DueOf): StreamStage {
  const isOutsideSse = createFormSense();
  let shift: number | undefined;
  let headersAtMs: number | undefined;
  const waitUntil = (dueMs: number, nowMs: number): StreamStep[] =>
    dueMs > nowMs ? [{ do: "wait", ms: dueMs - nowMs }] : [];
  const begin = (arrivedMs: number, nowMs: number): StreamStep[] => {
    const dueMs = Math.max(nowMs, dueOf(nowMs, headersAtMs ?? nowMs));
    shift = dueMs - arrivedMs;
    return dueMs > nowMs ? [{ do: "applied" }, ...waitUntil(dueMs, nowMs)] : [];
  };
  return {
    onHeaders({ nowMs }) {
      headersAtMs = nowMs;
      return hold === "headers" ? begin(nowMs, nowMs) : [];
    },
    onFrame(frame, meaning, { nowMs }) {
      const send: StreamStep = { do: "send", bytes: frame.bytes };
      if (shift !== undefined) return [...waitUntil(frame.arrivedMs + shift, nowMs), send];
      const isContent = isOutsideSse(frame, meaning) || meaning.tokens > 0;
      return isContent ? [...begin(frame.arrivedMs, nowMs), send] : [send];
    },
  };
}
