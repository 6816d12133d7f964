import { z } from "zod";
import type { Evidence, Expectation, Judgement } from "../core/expectation.ts";
import type { Attempt, FrontDoorCall, History } from "../core/history.ts";
import { share } from "../core/schema.ts";
import { formatShare } from "../core/units.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  at_least: share().meta({ description: "Share of calls that are served whole: 99%" }),
  at: z
    .enum(["proxy", "front_door"])
    .optional()
    .meta({ description: "Where to count. Default front_door when it is driven, else proxy" }),
});
type Params = z.output<typeof params>;

/** At the front door: served calls of all calls; a call that was shed is not served. At the proxy: delivered attempts of all. */
export const successRate = {
  name: "success_rate",
  summary: "A given share of calls succeeds, at the front door or at the proxy.",
  needsFrontDoor: false,
  params,
  explain: ({ at_least, at }) =>
    `${at === "proxy" ? "delivered attempts" : at === "front_door" ? "served calls" : "successes"} ≥ ${formatShare(at_least)}`,
  check({ at_least, at }, history, whole) {
    const place = at ?? (whole.frontDoorCalls.length > 0 ? "front_door" : "proxy");
    return place === "proxy" ? atProxy(at_least, history) : atFrontDoor(at_least, history);
  },
} satisfies Expectation<Params>;

function atProxy(atLeast: number, { attempts }: History): Judgement {
  if (attempts.length === 0) return unseen("no calls were seen at the proxy");
  const failed = attempts.filter(({ delivered }) => !delivered);
  const rate = 1 - failed.length / attempts.length;
  const summary = `${formatShare(rate)} of ${counted(attempts.length, "attempt")} delivered`;
  return rate >= atLeast ? pass(summary) : fail(summary, failed.map(attemptEvidence));
}

function atFrontDoor(atLeast: number, { frontDoorCalls: calls }: History): Judgement {
  if (calls.length === 0) return unseen("no front-door call was seen");
  const served = calls.filter(({ outcome }) => outcome === "served");
  const doubtful = served.filter(({ certain }) => !certain).length;
  const rate = served.length / calls.length;
  const note = doubtful === 0 ? "" : `, ${doubtful} of them perhaps truncated`;
  const summary = `${formatShare(rate)} of ${counted(calls.length, "call")} served${note}`;
  if (rate < atLeast) return fail(summary, calls.filter(({ outcome }) => outcome !== "served").map(callEvidence));
  return (served.length - doubtful) / calls.length >= atLeast ? pass(summary) : inconclusive(summary);
}

function attemptEvidence({ call, received, ended }: Attempt): Evidence {
  const events = ended === undefined ? [received.seq] : [received.seq, ended.seq];
  return { note: `${call} did not deliver`, events, got: `${ended?.status ?? "no end"}`, wanted: "a whole answer" };
}

function callEvidence({ id, outcome, because, started, ended }: FrontDoorCall): Evidence {
  const events = ended === undefined ? [started.seq] : [started.seq, ended.seq];
  return { note: `${id} ${outcome}: ${because}`, events, got: outcome, wanted: "served" };
}
