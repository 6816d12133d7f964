import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt, LogicalCall } from "../core/history.ts";
import { fail, pass, unseen } from "./shared/judgements.ts";
import { tooAmbiguous } from "./shared/links.ts";
import { counted, decimal, ratio } from "./shared/words.ts";

const params = z.strictObject({
  at_most: z.number().min(1).meta({ description: "Attempts per logical call, on average: 1.5" }),
});
type Params = z.output<typeof params>;

/** Attempts divided by logical calls, both of the calls that began in the selected phases. A fallback is a call of its own. */
export const retryAmplification = {
  name: "retry_amplification",
  summary: "Attempts per logical call stay below a bound.",
  needsFrontDoor: false,
  params,
  explain: ({ at_most }) => `attempts per call ≤ ${decimal(at_most)}`,
  check({ at_most }, history) {
    const calls = history.logicalCalls;
    if (calls.length === 0) return unseen("no calls were seen");
    const doubtful = tooAmbiguous(history);
    if (doubtful !== undefined) return doubtful;
    const attempts = calls.reduce((sum, call) => sum + call.attempts.length, 0);
    const amplification = attempts / calls.length;
    const cost = costAmplification(calls);
    const tokens = cost === undefined ? "" : `; tokens ${ratio(cost)} times those that delivered`;
    const summary = `${ratio(amplification)} attempts per call (${counted(attempts, "attempt")}, ${counted(calls.length, "call")}${tokens})`;
    if (amplification <= at_most) return pass(summary);
    const worstFirst = calls.filter(isRetried).sort((a, b) => b.attempts.length - a.attempts.length);
    return fail(
      summary,
      worstFirst.map((call) => asEvidence(call, at_most)),
    );
  },
} satisfies Expectation<Params>;

const isRetried = ({ attempts }: LogicalCall) => attempts.length > 1;

function asEvidence({ attempts }: LogicalCall, atMost: number): Evidence {
  return {
    note: `${attempts[0]?.call} was tried ${attempts.length} times`,
    events: attempts.map(({ received }) => received.seq),
    got: counted(attempts.length, "attempt"),
    wanted: `≤ ${decimal(atMost)} on average`,
  };
}

/** Tokens of all attempts the wall let through, over those of the attempts that delivered; undefined when none did. */
function costAmplification(calls: readonly LogicalCall[]): number | undefined {
  let all = 0;
  let delivered = 0;
  for (const { attempts } of calls) {
    for (const attempt of attempts) {
      const tokens = tokensOf(attempt);
      all += tokens;
      if (attempt.delivered) delivered += tokens;
    }
  }
  return delivered === 0 ? undefined : all / delivered;
}

function tokensOf({ usage, received, ended, refused }: Attempt): number {
  if (refused !== undefined) return 0;
  return usage === undefined ? received.input_tokens + (ended?.tokens ?? 0) : usage.input_tokens + usage.output_tokens;
}
