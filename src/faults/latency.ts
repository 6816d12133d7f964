import { z } from "zod";
import { distribution, sample } from "../core/distribution.ts";
import type { Fault } from "../core/fault.ts";
import { distributionWords } from "./shared/words.ts";

const params = z.strictObject({
  add: distribution().meta({ description: "How long the call waits before it goes upstream" }),
});

export const latency: Fault<z.output<typeof params>> = {
  name: "latency",
  summary: "Waits before the upstream is called",
  looks: "calls answered late",
  acts: "call",
  final: false,
  params,
  plan: ({ add }, { rng }) => [{ do: "wait", ms: sample(add, rng) }],
  explain: ({ add }) => `the call reaches the provider ${distributionWords(add)} late`,
};
