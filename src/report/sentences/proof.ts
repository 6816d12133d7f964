import type { Report, Settlement } from "../../core/report.ts";
import { formatCount, formatDuration, formatShare } from "../../core/units.ts";
import type { Pair } from "./real.ts";
import { counted, dayOf, EXPIRES_DAYS, NOT_MEASURED, OUTCOMES } from "./words.ts";

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
    ...(report.recovery === null ? [] : [{ label: "Recovery", text: recoveryInWords(report.recovery) }]),
    { label: "First token", text: ttftInWords(report) },
    { label: "Tokens", text: tokensInWords(report) },
    { label: "Cost", text: costInWords(report) },
    ...settledLines(report),
    { label: "Made with", text: madeWith(report) },
  ];
}

function recoveryInWords({ state, because }: NonNullable<Report["recovery"]>): string {
  return state === "metastable" ? `metastable, ${because}` : because;
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

function tokensInWords({ cost }: Report): string {
  if (cost.usageSeenShare === null) return `${NOT_MEASURED}: no call was answered`;
  const seen = `usage seen for ${formatShare(cost.usageSeenShare)} of answers, the rest estimated`;
  return `${formatCount(cost.inputTokens)} in, ${formatCount(cost.outputTokens)} out, ${formatCount(cost.wastedTokens)} wasted (${seen})`;
}

/** Money that was spent, and what stub and replay would have cost; a call without a known price is unknown, not free. */
function costInWords({ cost: { realUsd, savedUsd, unpricedCalls } }: Report): string {
  const unpriced = unpricedCalls === 0 ? "" : `; ${counted(unpricedCalls, "call")} without a known price`;
  if (realUsd === null && savedUsd === null) return `money ${NOT_MEASURED}${unpriced}`;
  const real = realUsd !== null ? inDollars(realUsd) : unpricedCalls > 0 ? NOT_MEASURED : "nothing (no live call)";
  const saved = savedUsd === null ? "" : `, saved ${inDollars(savedUsd)} (stub and replay, at list prices)`;
  return `spent ${real}${saved}${unpriced}`;
}

/** Cents, or two digits of less than that. */
function inDollars(usd: number): string {
  if (usd > 0 && usd < 0.000_1) return "less than $0.0001";
  return `$${usd >= 0.1 || usd === 0 ? usd.toFixed(2) : Number(usd.toPrecision(2))}`;
}

const SETTLED_BY: Readonly<Record<Settlement["by"], string>> = {
  scenario: "so the scenario",
  documented: "documented",
  assumed: "assumed, not verified",
};

/** How the token limits of each provider were settled. */
function settledLines({ settlement }: Report): Pair[] {
  if (settlement.length === 0) return [];
  const of = settlement.map(({ provider, settle, by }) => {
    const how = settle === "usage" ? "by usage, unused reservation given back" : "as reserved, nothing given back";
    return `${provider}: ${how} (${SETTLED_BY[by]})`;
  });
  return [{ label: "Settled", text: of.join("; ") }];
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
