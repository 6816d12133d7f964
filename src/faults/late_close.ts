import { z } from "zod";
import { distribution, sample } from "../core/distribution.ts";
import type { Fault, StreamStep } from "../core/fault.ts";
import { distributionWords } from "./shared/words.ts";

const params = z.strictObject({
  lasts: distribution().optional().meta({ description: "How long it stays open; without it, until the client leaves" }),
});

/** A client that reads until the body ends, not until the format's end marker, waits with the whole answer in its hands. */
export const lateClose: Fault<z.output<typeof params>> = {
  name: "late_close",
  summary: "Everything is sent, the end marker too, but the body does not end and the connection stays open",
  looks: "connections that stay open after the end",
  acts: "stream",
  final: false,
  params,
  plan({ lasts }, { rng }) {
    const hold: StreamStep = { do: "keep-open", ...(lasts === undefined ? {} : { ms: sample(lasts, rng) }) };
    const newStage = () => ({
      onFrame: ({ bytes }: { bytes: Uint8Array }): StreamStep[] => [{ do: "send", bytes }],
      onEnd: (): StreamStep[] => [{ do: "applied" }, hold],
    });
    return [{ do: "reshape", newStage }];
  },
  explain: ({ lasts }) =>
    `the connection stays open after the whole answer${lasts === undefined ? "" : ` for ${distributionWords(lasts)}`}`,
};
