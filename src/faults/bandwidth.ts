import { z } from "zod";
import type { Fault, StreamStage, StreamStep } from "../core/fault.ts";

const RATE = /^(\d[\d_]*(?:\.\d+)?) ?(B|kB|MB)?(?:\/s)?$/;
const BYTES = { B: 1, kB: 1_000, MB: 1_000_000 } as const;
/** Pieces a second, so that a large chunk trickles instead of coming late at once. */
const PIECES = 10;

const params = z.strictObject({
  rate: z
    .union([z.string(), z.number()])
    .meta({ description: "Bytes a second: 2kB/s, 512", examples: ["2kB/s"] })
    .transform((value, context) => {
      const [, amount = "", unit = "B"] = RATE.exec(String(value).trim()) ?? [];
      const rate = Number(amount.replaceAll("_", "")) * BYTES[unit as keyof typeof BYTES];
      if (rate > 0) return rate;
      context.addIssue({
        code: "custom",
        message: `"${value}" is not a rate; write bytes a second: 512, 2kB/s, 1MB/s`,
      });
      return z.NEVER;
    }),
});

export const bandwidth: Fault<z.output<typeof params>> = {
  name: "bandwidth",
  summary: "The reply's body comes no faster than so many bytes a second",
  looks: "slow connections",
  acts: "stream",
  final: false,
  params,
  plan: ({ rate }) => [{ do: "reshape", newStage: () => narrow(rate) }],
  explain: ({ rate }) => `the reply comes at ${rate} bytes a second`,
};

/** A line on which each byte takes its time, behind the bytes before it. */
function narrow(rate: number): StreamStage {
  const pieceBytes = Math.max(1, Math.floor(rate / PIECES));
  let told = false;
  return {
    onFrame({ bytes }) {
      const steps: StreamStep[] = told ? [] : [{ do: "applied" }];
      told = true;
      for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes);
        steps.push({ do: "wait", ms: (piece.byteLength * 1_000) / rate }, { do: "send", bytes: piece });
      }
      return steps;
    },
  };
}
