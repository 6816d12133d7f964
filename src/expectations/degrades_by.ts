import { z } from "zod";
import type { Evidence, Expectation } from "../core/expectation.ts";
import type { FrontDoorCall, History } from "../core/history.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { firstTrouble } from "./shared/trouble.ts";
import { counted } from "./shared/words.ts";

const WAYS = ["shed", "fallback", "queue"] as const;
type Way = (typeof WAYS)[number];

const params = z.strictObject({
  any_of: z.array(z.enum(WAYS)).min(1).meta({ description: "The degradation paths that count" }),
  within: duration().meta({ description: "From the first refusal or fault to the first degraded call" }),
});
type Params = z.output<typeof params>;

interface Degraded {
  way: Way;
  atMs: number;
  seq: number;
}

/**
 * From the first trouble the app met to the first call it shed, queued or served from a fallback.
 * When a counted wall was never met because the app held back, the path was not needed, which is a pass.
 * When every call was served by plain waiting, the path was not needed, and not proven either: inconclusive as unseen.
 */
export const degradesBy = {
  name: "degrades_by",
  summary: "Once the wall is met, the app sheds, queues or falls back in time.",
  needsFrontDoor: true,
  params,
  explain: ({ any_of, within }) => `${any_of.join(" or ")} within ${formatDuration(within)} of the first refusal`,
  check(given, history) {
    const trouble = firstTrouble(history.attempts);
    if (trouble === undefined) return withoutTrouble(history);
    const all = degradedCalls(history).filter(({ atMs }) => atMs >= trouble.atMs);
    const first = all.filter(({ way }) => given.any_of.includes(way)).sort((a, b) => a.atMs - b.atMs)[0];
    return first === undefined ? withoutPath(given, history, trouble) : inTime(given, all, { first, trouble });
  },
} satisfies Expectation<Params>;

/** An app that holds back so well that a counted wall is never met needs no other path. */
function withoutTrouble({ scenario, frontDoorCalls }: History) {
  const held = frontDoorCalls.filter(({ outcome, flags }) => outcome === "shed" || flags.has("queued"));
  if (held.length === 0 || (scenario?.limits ?? []).length === 0)
    return unseen("no call was refused and no fault acted");
  return pass(
    `not needed: the wall was never met, because the app held back ${held.length} of ${counted(frontDoorCalls.length, "call")}`,
  );
}

function inTime(
  { within }: Params,
  all: readonly Degraded[],
  { first, trouble }: { first: Degraded; trouble: { atMs: number; seq: number } },
) {
  const tookMs = first.atMs - trouble.atMs;
  const totals = WAYS.map((way) => [way, all.filter((one) => one.way === way).length] as const)
    .filter(([, count]) => count > 0)
    .map(([way, count]) => `${way} ${count}`);
  const summary = `first ${first.way} after ${formatDuration(tookMs)} (calls: ${totals.join(", ")})`;
  const evidence: Evidence[] = [
    {
      note: `from the first trouble to the first ${first.way}`,
      events: [trouble.seq, first.seq],
      got: formatDuration(tookMs),
      wanted: `≤ ${formatDuration(within)}`,
    },
  ];
  return tookMs <= within ? pass(summary, evidence) : fail(summary, evidence);
}

function withoutPath({ any_of, within }: Params, history: History, trouble: { atMs: number; seq: number }) {
  const paths = any_of.join(" or ");
  const calls = history.frontDoorCalls.filter(({ started, ended }) => {
    return (ended?.at_ms ?? Number.POSITIVE_INFINITY) >= trouble.atMs || started.started_at_ms >= trouble.atMs;
  });
  if (calls.length === 0) return inconclusive(`no ${paths} seen, and no front-door call that would show it`);
  if (any_of.every((way) => way === "shed") && history.app?.declares.shed === false)
    return inconclusive("shedding cannot be seen: the app file has no shed_when");
  if (history.lastMs - trouble.atMs < within)
    return inconclusive(`the log ends ${formatDuration(history.lastMs - trouble.atMs)} after the first trouble`);
  const bad = calls.filter(({ outcome }) => outcome === "failed" || outcome === "hung" || outcome === "cut");
  if (bad.length === 0)
    return unseen(`not needed: all ${counted(calls.length, "call")} were served without ${paths}, so it is not proven`);
  return fail(
    `no ${paths}; ${bad.length} of ${counted(calls.length, "call")} ended badly instead`,
    bad.map((call) => asEvidence(call, { seq: trouble.seq, paths })),
  );
}

function asEvidence(
  { id, outcome, because, started, ended }: FrontDoorCall,
  on: { seq: number; paths: string },
): Evidence {
  const events = [on.seq, started.seq, ...(ended === undefined ? [] : [ended.seq])];
  return { note: `${id} ${outcome}: ${because}`, events, got: outcome, wanted: on.paths };
}

/** With the time at which each way shows. A fallback shows at the proxy too, so it is seen without a driver. */
function degradedCalls(history: History): Degraded[] {
  const degraded: Degraded[] = [];
  for (const { outcome, flags, started, ended, logicalCalls } of history.frontDoorCalls) {
    const atMs = ended?.at_ms ?? started.started_at_ms;
    const seq = ended?.seq ?? started.seq;
    if (outcome === "shed") degraded.push({ way: "shed", atMs, seq });
    if (flags.has("fell_back")) degraded.push({ way: "fallback", atMs, seq });
    const first = logicalCalls[0]?.attempts[0];
    if (flags.has("queued") && first !== undefined)
      degraded.push({ way: "queue", atMs: first.headAtMs, seq: first.received.seq });
  }
  for (const { follows, attempts, front } of history.logicalCalls) {
    const last = attempts.at(-1);
    if (front !== undefined || follows?.kind !== "fallback" || last?.ended === undefined || !last.delivered) continue;
    degraded.push({ way: "fallback", atMs: last.ended.last_byte_at_ms, seq: last.ended.seq });
  }
  return degraded;
}
