import type { FrontDoorCall, History, LogicalCall } from "../../core/history.ts";
import { CERTAIN } from "../../core/links.ts";
import { judgedPart } from "../../core/select.ts";
import { fromTo, MOSTLY, mostCommon, type Reading, seen, unseen } from "./reading.ts";
import { troubleOf } from "./trouble.ts";

/** A call that stands in for another one which failed. */
interface Switch {
  call: LogicalCall;
  target: string;
  /** Failed attempts before it. */
  after: number;
  trouble: string;
}

/** Where it turns to, and after how many failures. */
export function readFallback(history: History): Reading {
  const switches = switchesOf(history);
  const unlinked = judgedPart(history).frontDoorCalls.filter(wentStraight);
  const target = mostCommon(switches.map((one) => one.target))?.value ?? onlyModel(unlinked);
  if (target === undefined) {
    if (unlinked.length > 0) return unseen("fallback", "seen by the app's own sign only; to which model is not told");
    const trouble = history.attempts.some((attempt) => troubleOf(attempt) !== undefined);
    return unseen("fallback", trouble ? "none was seen" : "no call met trouble");
  }
  const toIt = switches.filter((one) => one.target === target);
  return seen({
    name: "fallback",
    words: `falls back to ${target}${afterWhat(toIt)}`,
    numbers: { switches: toIt.length, straight: unlinked.length, ...afterNumbers(toIt) },
    samples: toIt.length + unlinked.length,
    of: unlinked.length === 0 ? "calls" : `calls, ${unlinked.length} of them straight away`,
    events: [
      ...toIt.map(({ call }) => call.attempts[0]?.received.seq ?? 0),
      ...unlinked.map(({ started, ended }) => ended?.seq ?? started.seq),
    ],
  });
}

function switchesOf({ logicalCalls }: History): Switch[] {
  const fallbacks = logicalCalls.filter(isFallback);
  const replaced = new Set(fallbacks.map(({ follows }) => follows?.logical));
  const byId = new Map<string, LogicalCall>();
  for (const call of logicalCalls) if (replaced.has(call.id)) byId.set(call.id, call);
  return fallbacks.flatMap((call) => {
    const { follows, attempts } = call;
    const before = byId.get(follows?.logical ?? "");
    const [first] = attempts;
    const last = before?.attempts.at(-1);
    if (before === undefined || last === undefined || first === undefined || first.phase === "startup") return [];
    const { provider, model } = first.received;
    const target = provider === last.received.provider ? model : `${provider} ${model}`;
    return [{ call, target, after: before.attempts.length, trouble: troubleOf(last) ?? "trouble" }];
  });
}

function isFallback({ follows }: LogicalCall): boolean {
  return follows?.kind === "fallback" && follows.confidence >= CERTAIN;
}

/** The app says that it fell back, and no failed attempt of this call is the reason: it knew before. */
function wentStraight({ flags, logicalCalls }: FrontDoorCall): boolean {
  return flags.has("fell_back") && logicalCalls.every(({ follows }) => follows?.kind !== "fallback");
}

function onlyModel(fronts: readonly FrontDoorCall[]): string | undefined {
  const models = new Set(
    fronts.flatMap(({ logicalCalls }) =>
      logicalCalls.flatMap(({ attempts }) => attempts.map(({ received }) => received.model)),
    ),
  );
  return models.size === 1 ? [...models][0] : undefined;
}

function afterWhat(switches: readonly Switch[]): string {
  const usual = mostCommon(switches.map(({ after }) => after));
  if (usual === undefined) return "";
  const trouble = mostCommon(switches.map((one) => one.trouble));
  const what = trouble !== undefined && trouble.share >= MOSTLY ? trouble.value : "failure";
  if (usual.share >= MOSTLY) return ` after the ${ordinal(usual.value)} ${what}`;
  return ` after ${fromTo(switches.map(({ after }) => after))} failures`;
}

function afterNumbers(switches: readonly Switch[]): Record<string, number> {
  const usual = mostCommon(switches.map(({ after }) => after));
  return usual === undefined ? {} : { afterFailures: usual.value, afterShare: usual.share };
}

function ordinal(count: number): string {
  return ["first", "second", "third"][count - 1] ?? `${count}th`;
}
