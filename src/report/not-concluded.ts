import type { History } from "../core/history.ts";
import { adviceOnLinks } from "../core/links.ts";
import type { Report } from "../core/report.ts";
import { formatCount, formatShare } from "../core/units.ts";
import { capital } from "./sentences/words.ts";

const AMBIGUOUS_SHARE = 0.2;

/** What this run cannot tell, one sentence each, so that nobody reads more out of it than is in it. */
export function notConcluded(
  history: History,
  { faults, settlement }: Pick<Report, "faults" | "settlement">,
): string[] {
  const said: string[] = [];
  const { run } = history;
  if (run !== undefined) said.push(...aboutUpstream(history, run.upstream.kind));
  if (run !== undefined && !run.driven) {
    said.push(
      "The front door was not driven by llm-chaos: what users saw was not measured; only the calls to the provider were.",
    );
  }
  for (const fault of faults.filter((row) => row.hits === 0)) {
    said.push(`${capital(notExercised(fault))}.`);
  }
  if (history.ambiguousShare > AMBIGUOUS_SHARE) {
    said.push(
      `${formatShare(history.ambiguousShare)} of the links between attempts are guesses. To make them certain, ${adviceOnLinks(history)}.`,
    );
  }
  const doubtfulCalls = history.frontDoorCalls.filter((call) => !call.certain);
  const uncertain = doubtfulCalls.filter(({ outcome }) => outcome !== "shed").length;
  if (uncertain > 0)
    said.push(
      `${uncertain} front-door ${uncertain === 1 ? "call" : "calls"} met a truncated answer, and whether the app passed it on as whole could not be told.`,
    );
  if (doubtfulCalls.length > uncertain)
    said.push(
      `${doubtfulCalls.length - uncertain} refused calls count as shed, but may have been refused only after retries. To make it certain, ${adviceOnLinks(history)}.`,
    );
  const doubtful = doubtfulEnd(history);
  if (doubtful !== undefined)
    said.push(
      `From ${doubtful.concurrency} callers at once on, the ramp is not trustworthy: ${doubtful.why ?? "our own measuring was too slow"}.`,
    );
  said.push(...changedByHand(history), ...changedUnderRamp(history), ...assumedSettlement(settlement));
  if (history.ended === undefined) said.push("The log has no end: what happened after its last event is unknown.");
  return said;
}

/** Of a fault without a hit, why it had none. */
export function notExercised({ rule, name, chosen }: Report["faults"][number]): string {
  const why = chosen === 0 ? "no call matched it" : "the calls it was chosen for ended before it could act";
  return `fault ${rule} (${name}) was not exercised: ${why}`;
}

/** The step at which a ramp ended because it could not be trusted; one that a search left between two good ones is no end. */
function doubtfulEnd({ steps }: History): History["steps"][number] | undefined {
  const trusted = Math.max(...steps.filter((step) => step.trustworthy).map(({ concurrency }) => concurrency));
  return steps.find((step) => !step.trustworthy && step.concurrency > trusted);
}

/** Commands that change what the app meets; the command that repeats a run knows nothing of them. */
const CHANGES = ["fault.inject", "limits.set", "scenario.next"];

function changedByHand({ commands }: History): string[] {
  const counts = CHANGES.map((method) => ({ method, count: commands.filter((one) => one === method).length }));
  const done = counts.filter(({ count }) => count > 0).map(({ method, count }) => `${method} ${formatCount(count)} ×`);
  if (done.length === 0) return [];
  return [
    `The run was changed by hand while it went on (${done.join(", ")}): the command that repeats it leaves that out.`,
  ];
}

/** Measured and computed loads are laid side by side, which is right only where both are about the same limits. */
function changedUnderRamp({ steps, limitChanges }: History): string[] {
  if (steps.length === 0 || limitChanges.length === 0) return [];
  return [
    "The limits were changed while the ramp went on: the loads at which the app sheds, queues or breaks hold for the limits of their time, and the computed walls for the last ones.",
  ];
}

/** Providers of which nobody says how they settle. */
function assumedSettlement(settlement: Report["settlement"]): string[] {
  const assumed = settlement.filter(({ by }) => by === "assumed").map(({ provider }) => provider);
  if (assumed.length === 0) return [];
  const give = assumed.length === 1 ? "gives" : "give";
  return [
    `That ${assumed.join(" and ")} ${give} back tokens that a call reserved and did not use was assumed, not measured.`,
  ];
}

/** What only the real provider could have shown. */
/** Of a live run, what was not live. */
function aboutStandIns(attempts: History["attempts"]): string[] {
  const sent = attempts.filter(({ upstreamKind }) => upstreamKind !== undefined);
  const real = sent.filter(({ upstreamKind }) => upstreamKind === "live").length;
  const because = (why: "mix" | "over_budget") => sent.filter(({ standsIn }) => standsIn === why).length;
  const beyond = because("over_budget");
  return [
    ...(because("mix") === 0
      ? []
      : [
          `Only ${real} of ${sent.length} calls went to the real provider (--mix), the others to the stub: what the provider's limits and latency do to the whole load was not measured.`,
        ]),
    ...(beyond === 0
      ? []
      : [
          `${beyond} ${beyond === 1 ? "call" : "calls"} beyond the budget went to the stub: from there on the real provider was not measured.`,
        ]),
  ];
}

function aboutUpstream({ attempts }: History, kind: Report["upstream"]["kind"]): string[] {
  if (kind === "stub") {
    return ["The upstream was the built-in stub: the real provider's limits, latency and answers were not measured."];
  }
  if (kind === "live") return aboutStandIns(attempts);
  const missed = attempts.filter(({ replayMissed }) => replayMissed !== undefined).length;
  const misses =
    missed === 0
      ? []
      : [`${missed} ${missed === 1 ? "call" : "calls"} had no recording and met an error of llm-chaos's own.`];
  return [
    "The upstream was a recording: the answers are real ones of another day; today's limits of the provider's tier, and how long it takes to the first token now, were not measured.",
    ...misses,
  ];
}
