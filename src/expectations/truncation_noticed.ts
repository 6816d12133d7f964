import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt, FrontDoorCall, History } from "../core/history.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";

const params = z.strictObject({});
type Params = z.output<typeof params>;

export const truncationNoticed = {
  name: "truncation_noticed",
  summary: "No truncated upstream answer is passed on as whole.",
  needsFrontDoor: true,
  params,
  explain: () => "no truncated answer is passed on as whole",
  check(_given, history) {
    const truncated = history.attempts.filter((attempt) => attempt.truncated);
    const calls = history.frontDoorCalls;
    const met = calls.filter(metTruncation);
    if (truncated.length === 0 && met.length === 0) return unseen("no upstream answer was truncated");
    const total = counted(truncated.length, "truncated answer");
    if (calls.length === 0) return inconclusive(`${total}, but the front door was not seen`);
    const cut = calls.filter(({ outcome }) => outcome === "cut");
    if (cut.length > 0)
      return fail(
        `${counted(cut.length, "call")} of ${calls.length} passed a truncated answer on as whole (${total})`,
        cut.map((call) => asEvidence(call, history)),
      );
    const doubtful = calls.filter(({ certain }) => !certain);
    if (doubtful.length > 0)
      return inconclusive(
        `${counted(doubtful.length, "call")} may have passed a truncated answer on: the delivered text ends otherwise or its end is not known (${total})`,
        doubtful.map((call) => asEvidence(call, history)),
      );
    if (met.length === 0)
      return inconclusive(`${total}, none of which could be joined to a front-door call; pass traceparent on`);
    return pass(`${counted(met.length, "call")} met a truncated answer, none passed it on as whole (${total})`);
  },
} satisfies Expectation<Params>;

function truncatedOf({ logicalCalls }: FrontDoorCall): Attempt[] {
  return logicalCalls.flatMap(({ attempts }) => attempts.filter((attempt) => attempt.truncated));
}

function metTruncation(call: FrontDoorCall): boolean {
  return call.outcome === "cut" || !call.certain || truncatedOf(call).length > 0;
}

function asEvidence(call: FrontDoorCall, history: History): Evidence {
  const tails = call.ended?.text_tails ?? [];
  const joined = truncatedOf(call).at(-1);
  const attempt =
    joined ?? history.attempts.find(({ truncated, ended }) => truncated && tails.includes(ended?.text_tail ?? ""));
  const seqs = [attempt?.ended?.seq, call.started.seq, call.ended?.seq];
  return {
    note: `${call.id}: ${call.because}`,
    events: seqs.filter((seq) => seq !== undefined),
    got: `${call.ended?.status ?? 0}, as if whole`,
    wanted: "an error, a retry, or a sign that it is not whole",
  };
}
