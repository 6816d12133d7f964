import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { FrontDoorCall } from "../core/history.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { fail, pass, unseen } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({
  within: duration().meta({ description: "Every front-door call has its end by then" }),
});
type Params = z.output<typeof params>;

export const noHang = {
  name: "no_hang",
  summary: "Every front-door call is answered or refused in time.",
  needsFrontDoor: true,
  params,
  explain: ({ within }) => `every front-door call ends within ${formatDuration(within)}`,
  check({ within }, history) {
    const calls = history.frontDoorCalls;
    if (calls.length === 0) return unseen("no front-door call was seen");
    const late = calls.filter((call) => call.outcome === "hung" || (call.durationMs ?? 0) > within);
    const longest = calls.reduce((most, { durationMs }) => Math.max(most, durationMs ?? 0), 0);
    if (late.length === 0)
      return pass(`all ${counted(calls.length, "call")} ended, the longest after ${formatDuration(longest)}`);
    return fail(
      `${late.length} of ${counted(calls.length, "call")} had no end within ${formatDuration(within)}`,
      late.map((call) => asEvidence(call, within)),
    );
  },
} satisfies Expectation<Params>;

function asEvidence({ id, started, ended, durationMs, outcome, because }: FrontDoorCall, within: number): Evidence {
  const end = durationMs === undefined ? because : `ended after ${formatDuration(durationMs)}`;
  return {
    note: outcome === "hung" ? `${id} hung: ${because}` : `${id} took too long`,
    events: ended === undefined ? [started.seq] : [started.seq, ended.seq],
    got: outcome === "hung" ? because : end,
    wanted: `≤ ${formatDuration(within)}`,
  };
}
