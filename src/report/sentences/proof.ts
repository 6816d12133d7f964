import type { Report } from "../../core/report.ts";
import { formatCount, formatDuration, formatShare } from "../../core/units.ts";
import type { Pair } from "./real.ts";
import { counted, dayOf, NOT_MEASURED, OUTCOMES } from "./words.ts";

/** A runbook rots: after this many days it must be proven again. */
const EXPIRES_DAYS = 90;

/** Head of the page: which run, of what, and until when it is worth anything. */
export function headerFacts(report: Report): Pair[] {
  return [
    { label: "run", text: report.runId },
    { label: "date", text: dayOf(report.startedAt) ?? "unknown" },
    { label: "expires", text: dayOf(report.startedAt, EXPIRES_DAYS) ?? "unknown" },
    { label: "app commit", text: report.app.commit?.slice(0, 12) ?? "unknown" },
    { label: "seed", text: String(report.seed) },
    { label: "owner", text: report.runbook["owner"] ?? "TODO: owner" },
  ];
}

/** The numbers behind the claims. */
export function proofLines(report: Report): Pair[] {
  const { calls } = report;
  return [
    { label: "Calls", text: callsInWords(report) },
    { label: "Outcomes", text: calls.frontDoor === 0 ? NOT_MEASURED : outcomesInWords(report) },
    { label: "First token", text: ttftInWords(report) },
    { label: "Tokens", text: costInWords(report) },
    { label: "Made with", text: madeWith(report) },
  ];
}

function madeWith({ upstream, versions, durationMs }: Report): string {
  const of = upstream.kind === "stub" && upstream.address === "stub" ? "the built-in stub" : upstream.address;
  const by = upstream.kind === "replay" ? `replay of ${of}` : of;
  return `upstream ${by}; llm-chaos ${versions.llm_chaos}, Node ${versions.node}; ${formatDuration(durationMs)}`;
}

function callsInWords({ calls, refusals, amplification }: Report): string {
  const front =
    calls.frontDoor === 0 ? `front door ${NOT_MEASURED}` : `${counted(calls.frontDoor, "call")} at the front door`;
  const refused = refusals.reduce((sum, { count }) => sum + count, 0);
  const share = amplification === null ? "" : ` (${amplification.toFixed(2)} attempts per call)`;
  return `${front}, ${counted(calls.logical, "provider call")}, ${counted(calls.attempts, "attempt")}${share}, ${counted(refused, "refusal")}`;
}

function outcomesInWords({ calls }: Report): string {
  const outcomes = OUTCOMES.map(({ outcome }) => `${outcome} ${formatCount(calls.outcomes[outcome])}`).join(" · ");
  const { retried, queued, fell_back } = calls.flags;
  return `${outcomes} (of them retried ${retried}, queued ${queued}, fell back ${fell_back})`;
}

function ttftInWords({ ttftMs }: Report): string {
  if (ttftMs === null) return NOT_MEASURED;
  const { p50, p95, p99, count } = ttftMs;
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}, p99 ${formatDuration(p99)}, of ${counted(count, "whole answer")}`;
}

function costInWords({ cost }: Report): string {
  if (cost.usageSeenShare === null) return `${NOT_MEASURED}: no call was answered`;
  const seen = `usage seen for ${formatShare(cost.usageSeenShare)} of answers, the rest estimated`;
  return `${formatCount(cost.inputTokens)} in, ${formatCount(cost.outputTokens)} out, ${formatCount(cost.wastedTokens)} wasted (${seen}); money ${NOT_MEASURED}`;
}

export interface FaultLine {
  explained: string;
  where: string;
  hits: string;
  exercised: boolean;
}

export function faultLines({ faults }: Report): FaultLine[] {
  return faults.map(({ rule, explained, hits, lost, chosen }) => ({
    explained,
    where: rule,
    hits:
      hits === 0
        ? "not exercised"
        : `${counted(hits, "hit")}${chosen > hits ? ` of ${chosen} chosen` : ""}${lost > 0 ? `, ${lost} lost` : ""}`,
    exercised: hits > 0,
  }));
}
