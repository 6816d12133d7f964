import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { Attempt, FrontDoorCall, History } from "../core/history.ts";
import { adviceOnLinks } from "../core/links.ts";
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
  check(_given, history, whole) {
    const calls = history.frontDoorCalls;
    const others = attemptsOfOthers(calls, whole);
    const truncated = history.attempts.filter((attempt) => attempt.truncated && !others.has(attempt));
    const met = calls.filter(metTruncation);
    if (truncated.length === 0 && met.length === 0) return unseen("no upstream answer was truncated");
    const total = counted(truncated.length, "truncated answer");
    if (calls.length === 0) return inconclusive(`${total}, but the front door was not seen`);
    const cut = calls.filter(({ outcome }) => outcome === "cut");
    if (cut.length > 0)
      return fail(
        `${counted(cut.length, "call")} of ${calls.length} passed a truncated answer on as whole (${total})${undeclared(whole)}`,
        cut.map((call) => asEvidence(call, history)),
      );
    const doubtful = calls.filter(inDoubt);
    if (doubtful.length > 0)
      return inconclusive(
        `${counted(doubtful.length, "call")} may have passed a truncated answer on: the delivered text ends otherwise or its end is not known (${total})${toJoin(doubtful, whole)}`,
        doubtful.map((call) => asEvidence(call, history)),
      );
    if (met.length === 0)
      return inconclusive(`${total}, none of which could be joined to a front-door call${toJoin(calls, whole)}`);
    return pass(`${counted(met.length, "call")} met a truncated answer, none passed it on as whole (${total})`);
  },
} satisfies Expectation<Params>;

/** What was served, perhaps as a half. */
const inDoubt = ({ outcome, certain }: FrontDoorCall) => outcome === "served" && !certain;

/** Of front-door calls that are not looked at: they began in another phase. */
function attemptsOfOthers(calls: readonly FrontDoorCall[], whole: History): ReadonlySet<Attempt> {
  const others = new Set<Attempt>();
  if (calls === whole.frontDoorCalls) return others;
  let next = 0;
  // Both are in the same order.
  for (const front of whole.frontDoorCalls) {
    if (front.id === calls[next]?.id) next += 1;
    else for (const { attempts } of front.logicalCalls) for (const attempt of attempts) others.add(attempt);
  }
  return others;
}

function toJoin(calls: readonly FrontDoorCall[], whole: History): string {
  return calls.some(({ logicalCalls }) => logicalCalls.length > 0) ? "" : `. To join them, ${adviceOnLinks(whole)}`;
}

/** An app may say in its own way that an answer is not whole; nobody told us how. */
function undeclared({ app }: History): string {
  return app?.declares.incomplete === true
    ? ""
    : "; the app file has no incomplete_when to tell by that the app says so";
}

function truncatedOf({ logicalCalls }: FrontDoorCall): Attempt[] {
  return logicalCalls.flatMap(({ attempts }) => attempts.filter((attempt) => attempt.truncated));
}

function metTruncation(call: FrontDoorCall): boolean {
  const met = ({ attempts }: FrontDoorCall["logicalCalls"][number]) => attempts.some(({ truncated }) => truncated);
  return call.outcome === "cut" || inDoubt(call) || call.logicalCalls.some(met);
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
