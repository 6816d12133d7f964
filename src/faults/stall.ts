import { z } from "zod";
import { type Distribution, distribution, sample } from "../core/distribution.ts";
import type { Fault, FaultContext, StreamStep } from "../core/fault.ts";
import { duration, position } from "../core/schema.ts";
import { breakAt } from "./shared/break-at.ts";
import { DEFAULT_POSITION } from "./shared/position.ts";
import { distributionWords, positionWords } from "./shared/words.ts";

const DEFAULT_PING_MS = 10_000;
const SSE_COMMENT = new TextEncoder().encode(": keep-alive\n\n");

const params = z.strictObject({
  after: position().prefault(DEFAULT_POSITION).meta({ description: "Where the reply stops" }),
  lasts: distribution().optional().meta({ description: "Then it goes on; without it, it never does" }),
  pings: z
    .union([z.boolean(), duration().refine((ms) => ms > 0, "pings need time between them: 5s")])
    .default(false)
    .meta({ description: "Keep-alive signs while it stalls: true (every 10 s), or the time between them" }),
});
type Params = z.output<typeof params>;

/** Official SDKs for Node have no timeout once the headers came: a stalled stream hangs them. Pings defeat idle timeouts too. */
export const stall: Fault<Params> = {
  name: "stall",
  summary: "Stops inside the reply, for a while or for ever, with or without keep-alive pings",
  looks: "streams that stop in the middle",
  acts: "stream",
  final: false,
  params,
  plan({ after, lasts, pings }, context) {
    const hold = holdFor(lasts, context);
    const [start, stop] = pingSteps(pings, context);
    // Behind an endless hold the rest still stands: it is sent when the hold is released by hand.
    const newStage = () => breakAt(after, (rest) => [{ do: "applied" }, ...start, hold, ...stop, ...rest]);
    return [{ do: "reshape", newStage }];
  },
  explain: ({ after, lasts, pings }) =>
    `the reply stops ${positionWords(after)} ${lasts === undefined ? "and never goes on" : `for ${distributionWords(lasts)}`}${pings === false ? "" : ", with keep-alive pings"}`,
};

function holdFor(lasts: Distribution | undefined, { rng }: FaultContext): StreamStep {
  return lasts === undefined ? { do: "keep-open" } : { do: "wait", ms: sample(lasts, rng) };
}

/** None into an unstreamed body, which they would spoil. */
function pingSteps(pings: Params["pings"], { call, dialect }: FaultContext): [start: StreamStep[], stop: StreamStep[]] {
  if (pings === false || !call.stream) return [[], []];
  const bytes = dialect.keepAlive ?? SSE_COMMENT;
  const ms = pings === true ? DEFAULT_PING_MS : pings;
  return [[{ do: "every", ms, bytes }], [{ do: "every", ms: 0, bytes }]];
}
