import type { Evidence, Judgement } from "../../core/expectation.ts";
import type { FrontDoorCall, History } from "../../core/history.ts";
import { hasCountedLimits } from "../../core/limits-held.ts";
import { adviceOnLinks } from "../../core/links.ts";
import { matchesGlob } from "../../core/text.ts";
import { formatCount, formatDuration } from "../../core/units.ts";
import { type Degraded, degradedCalls, WAYS, type Way } from "./degraded-calls.ts";
import { notNeededOrUnseen } from "./held-back.ts";
import { fail, inconclusive, pass, unseen } from "./judgements.ts";
import { firstTrouble, troubleOf } from "./trouble.ts";
import { whatCouldNotBeSeen } from "./unseen-ways.ts";
import { counted } from "./words.ts";

export interface AskedPath {
  ways: readonly Way[];
  /** From the first trouble to the first degraded call; undefined: at any time. Milliseconds. */
  within: number | undefined;
  /** Model or provider of a fallback, `*` for any run of characters. */
  to?: string | undefined;
}

interface Trouble {
  atMs: number;
  seq: number;
}

/**
 * From the first trouble the app met to the first call it shed, queued or served from a fallback. When a counted wall
 * was never met because the app held back, the path was not needed, which is a pass. When every call was served by plain
 * waiting, the path was not needed, and not proven either: inconclusive as unseen. A path that most calls in trouble do
 * not take is none.
 */
export function judgePath(asked: AskedPath, selected: History, whole: History): Judgement {
  const trouble = firstTrouble(selected.attempts);
  if (trouble === undefined) return withoutTrouble(asked, selected, whole);
  const all = degradedCalls(selected, whole).filter(({ atMs }) => atMs >= trouble.atMs);
  const taken = all.filter(({ way }) => asked.ways.includes(way)).sort((a, b) => a.atMs - b.atMs);
  const right = taken.filter((one) => leadsTo(asked.to, one) === "yes");
  const first = right.find(({ certain }) => certain);
  if (first !== undefined) return whenTaken(asked, all, { first, trouble, selected });
  if (right[0] !== undefined) return inDoubt(right, trouble, whole);
  const elsewhere = taken.find((one) => leadsTo(asked.to, one) === "no");
  if (elsewhere !== undefined) return toAnotherPlace(asked, elsewhere, trouble);
  if (taken.length > 0)
    return inconclusive(`${counted(taken.length, "answer")} came from a fallback, but not to be seen from which model`);
  return withoutPath(asked, selected, trouble);
}

function leadsTo(wanted: string | undefined, { way, to }: Degraded): "yes" | "no" | "unknown" {
  if (wanted === undefined || way !== "fallback") return "yes";
  if (to === undefined) return "unknown";
  return matchesGlob(wanted, to.model) || matchesGlob(wanted, to.provider) ? "yes" : "no";
}

/** An app that holds back so well that the wall is never met needs no other path. A fault that met no call proves nothing. */
function withoutTrouble({ ways }: AskedPath, { scenario, frontDoorCalls }: History, whole: History): Judgement {
  const held = frontDoorCalls.filter(({ outcome, flags }) => outcome === "shed" || flags.has("queued"));
  const scripted = (scenario?.phases ?? []).some(({ faults }) => faults.length > 0);
  if (hasCountedLimits(whole)) return notNeededOrUnseen(whole, "no call was refused and no fault acted");
  if (held.length === 0 || scripted) return unseen("no call was refused and no fault acted");
  const all = counted(frontDoorCalls.length, "call");
  const evidence = held.map(({ id, because, started, ended }) => ({
    note: `${id}: ${because}`,
    events: ended === undefined ? [started.seq] : [started.seq, ended.seq],
  }));
  const asked = held.filter(
    ({ outcome, flags }) =>
      (ways.includes("shed") && outcome === "shed") || (ways.includes("queue") && flags.has("queued")),
  );
  if (asked.length === 0) return unseen("no call was refused and no fault acted");
  return pass(`the app held back ${asked.length} of ${all} before anybody refused one`, evidence.slice(0, 1));
}

function whenTaken(
  { within, ways }: AskedPath,
  all: readonly Degraded[],
  { first, trouble, selected }: { first: Degraded; trouble: Trouble; selected: History },
): Judgement {
  const tookMs = first.atMs - trouble.atMs;
  const bad = endedBadlyFrom(selected, first.atMs);
  const summary = `first ${first.way} after ${formatDuration(tookMs)} (calls: ${totals(all, bad.length)})`;
  const evidence: Evidence[] = [
    {
      note: `from the first trouble to the first ${first.way}`,
      events: [trouble.seq, first.seq],
      got: formatDuration(tookMs),
      wanted: within === undefined ? "seen" : `≤ ${formatDuration(within)}`,
    },
  ];
  if (within !== undefined && tookMs > within) return fail(summary, evidence);
  if (bad.length <= all.length) return pass(summary, evidence);
  const wanted = ways.join(" or ");
  return fail(
    `${summary}: from then on more calls in trouble ended badly than took a way out`,
    bad.map((call) => asEvidence(call, { seq: trouble.seq, wanted })),
  );
}

function totals(all: readonly Degraded[], bad: number): string {
  const ways = WAYS.map((way) => [way as string, all.filter((one) => one.way === way).length] as const);
  return [...ways, ["ended badly", bad] as const]
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${what} ${count}`)
    .join(", ");
}

/** Calls that met the trouble while the path was there, and did not take it. */
function endedBadlyFrom({ frontDoorCalls }: History, fromMs: number): FrontDoorCall[] {
  return frontDoorCalls.filter(
    (call) =>
      call.started.started_at_ms >= fromMs &&
      endedBadly(call) &&
      call.logicalCalls.some(({ attempts }) => attempts.some((attempt) => troubleOf(attempt) !== undefined)),
  );
}

function endedBadly({ outcome }: FrontDoorCall): boolean {
  return outcome === "failed" || outcome === "hung" || outcome === "cut";
}

/** What looks like the way out may be a call of its own, or a refusal after retries. */
function inDoubt(taken: readonly Degraded[], trouble: Trouble, whole: History): Judgement {
  const [first] = taken;
  const evidence = { note: `perhaps the first ${first?.way}`, events: [trouble.seq, first?.seq ?? trouble.seq] };
  return inconclusive(
    `${counted(taken.length, "call")} may have been ${first?.way === "shed" ? "shed, or refused only after retries" : "a fallback, or calls of their own"}. To make it certain, ${adviceOnLinks(whole)}`,
    [evidence],
  );
}

function toAnotherPlace({ to = "" }: AskedPath, { to: place, seq }: Degraded, trouble: Trouble): Judgement {
  const got = `${place?.model} (${place?.provider})`;
  return fail(`fell back to ${got}, not to ${to}`, [
    { note: "the first fallback", events: [trouble.seq, seq], got, wanted: to },
  ]);
}

function withoutPath({ ways, within = 0 }: AskedPath, selected: History, trouble: Trouble): Judgement {
  const wanted = ways.join(" or ");
  const calls = selected.frontDoorCalls.filter(({ started, ended }) => {
    return (ended?.at_ms ?? Number.POSITIVE_INFINITY) >= trouble.atMs || started.started_at_ms >= trouble.atMs;
  });
  if (calls.length === 0) return inconclusive(`no ${wanted} seen, and no front-door call that would show it`);
  const unmeasured = whatCouldNotBeSeen(ways, calls, selected);
  if (unmeasured !== undefined) return inconclusive(unmeasured);
  if (selected.lastMs - trouble.atMs < within)
    return inconclusive(`the log ends ${formatDuration(selected.lastMs - trouble.atMs)} after the first trouble`);
  const bad = calls.filter(endedBadly);
  // A refusal is not what was asked for, however politely the app made it.
  const shed = ways.includes("shed") ? [] : calls.filter(({ outcome }) => outcome === "shed");
  if (bad.length + shed.length === 0)
    return unseen(
      `not needed: all ${counted(calls.length, "call")} were served without ${wanted}, so it is not proven`,
    );
  const all = `${formatCount(calls.length)} calls`;
  const instead = [
    ...(bad.length === 0 ? [] : [`${formatCount(bad.length)} of ${all} ended badly`]),
    ...(shed.length === 0 ? [] : [`${formatCount(shed.length)} of ${all} ${shed.length === 1 ? "was" : "were"} shed`]),
  ];
  return fail(
    `no ${wanted}; ${instead.join(" and ")} instead`,
    [...bad, ...shed].map((call) => asEvidence(call, { seq: trouble.seq, wanted })),
  );
}

function asEvidence(
  { id, outcome, because, started, ended }: FrontDoorCall,
  on: { seq: number; wanted: string },
): Evidence {
  const events = [on.seq, started.seq, ...(ended === undefined ? [] : [ended.seq])];
  return { note: `${id} ${outcome}: ${because}`, events, got: outcome, wanted: on.wanted };
}
