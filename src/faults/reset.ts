import { z } from "zod";
import type { Fault } from "../core/fault.ts";

const params = z.strictObject({});

export const reset: Fault<z.output<typeof params>> = {
  name: "reset",
  summary: "Takes the call and resets the connection before any byte of an answer",
  looks: "connections reset before an answer",
  acts: "call",
  final: true,
  params,
  plan: () => [{ do: "reset" }],
  explain: () => "the connection is reset before any byte of an answer",
};
