import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { LogicalCall } from "../core/history.ts";
import { percentile } from "../core/percentile.ts";
import { count } from "../core/schema.ts";
import { fail, pass, unseen } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { counted } from "./shared/words.ts";

const params = z
  .strictObject({
    max: count().optional().meta({ description: "Attempts of the call that was tried most often: 3" }),
    p99: count().optional().meta({ description: "Attempts that 99 of 100 calls stay within: 2" }),
  })
  .refine(({ max, p99 }) => max !== undefined || p99 !== undefined, "give max, p99 or both: { max: 3 }");
type Params = z.output<typeof params>;

/** Where `retry_amplification` bounds the average, this bounds the worst calls. A fallback is a call of its own. */
export const attemptsPerCall = {
  name: "attempts_per_call",
  summary: "No call is tried more often than allowed; a bound on the worst one, on 99 of 100, or on both.",
  needsFrontDoor: false,
  params,
  explain: (given) => `attempts per call: ${boundsOf(given)}`,
  check(given, history) {
    const calls = history.logicalCalls;
    if (calls.length === 0) return unseen("no calls were seen");
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const counts = calls.map(({ attempts }) => attempts.length);
    const max = counts.reduce((most, attempts) => Math.max(most, attempts), 0);
    const p99 = percentile(counts, 0.99) ?? max;
    const summary = `at most ${counted(max, "attempt")} per call, p99 ${p99} (${counted(calls.length, "call")})`;
    const tooMany = max > (given.max ?? max) || p99 > (given.p99 ?? p99);
    if (!tooMany) return pass(summary);
    const bound = Math.min(given.max ?? Number.POSITIVE_INFINITY, given.p99 ?? Number.POSITIVE_INFINITY);
    const over = calls.filter(({ attempts }) => attempts.length > bound);
    over.sort((a, b) => b.attempts.length - a.attempts.length);
    return fail(
      summary,
      over.map((call) => asEvidence(call, boundsOf(given))),
    );
  },
} satisfies Expectation<Params>;

function boundsOf({ max, p99 }: Params): string {
  const bounds = [max === undefined ? [] : [`max ≤ ${max}`], p99 === undefined ? [] : [`p99 ≤ ${p99}`]];
  return bounds.flat().join(", ");
}

function asEvidence({ attempts }: LogicalCall, wanted: string): Evidence {
  return {
    note: `${attempts[0]?.call} was tried ${attempts.length} times`,
    events: attempts.map(({ received }) => received.seq),
    got: counted(attempts.length, "attempt"),
    wanted,
  };
}
