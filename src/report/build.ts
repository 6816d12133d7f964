import { isNormalEnd } from "../core/event.ts";
import { worst } from "../core/expectation.ts";
import type { Attempt, Flag, History, Outcome } from "../core/history.ts";
import type { Report, ReportedExpectation } from "../core/report.ts";
import { judgedPart } from "../core/select.ts";
import { reportDegradation } from "./degradation.ts";
import { reportFaults } from "./faults.ts";
import { notConcluded } from "./not-concluded.ts";
import { percentile, sortedNumbers } from "./numbers.ts";
import { reactionProfile } from "./profile/index.ts";
import { reportRules } from "./rules.ts";
import { reportSeries } from "./series.ts";
import { reportLoad } from "./steps.ts";
import { reportLimitChanges, reportLimits, reportRefusals, reportSettlement, reportUtilisation } from "./wall/index.ts";

/** The whole report from the folded history and what the judge said of it. Pure: the same log gives the same report. */
export function buildReport(
  history: History,
  expectations: readonly ReportedExpectation[],
  recovery: Report["recovery"] = null,
): Report {
  const { run, scenario } = history;
  const faults = reportFaults(history);
  const stopped = stoppedBecause(history);
  const calls = reportCalls(history);
  const load = reportLoad(history);
  const settlement = reportSettlement(history);
  return {
    version: 1,
    runId: run?.run_id ?? "unknown",
    scenario: run?.name ?? "unknown",
    summary: scenario?.summary ?? "",
    hypothesis: scenario?.hypothesis ?? "",
    seed: run?.seed ?? 0,
    verdict: overallVerdict(expectations, { stopped, faults }),
    stopped,
    startedAt: run?.at ?? "",
    durationMs: history.lastMs,
    mode: run?.mode ?? "run",
    upstream: run?.upstream ?? { kind: "live", address: "unknown" },
    versions: run?.versions ?? { llm_chaos: "unknown", node: "unknown", event_schema: 1 },
    app: {
      url: history.app?.url ?? null,
      frontDoor: history.app?.frontDoor ?? null,
      commit: history.app?.commit ?? null,
    },
    phases: history.phases.map(({ name, fromMs, toMs }) => ({
      name,
      fromMs,
      toMs,
      faults: scenario?.phases.find((phase) => phase.name === name)?.faults.map((rule) => rule.fault) ?? [],
    })),
    expectations,
    faults,
    limits: reportLimits(history),
    limitChanges: reportLimitChanges(history),
    utilisation: reportUtilisation(history),
    settlement,
    refusals: reportRefusals(history),
    calls,
    load,
    degradation: reportDegradation(history),
    profile: reactionProfile(history, load.shedsAt),
    recovery,
    amplification: calls.logical === 0 ? null : calls.attempts / calls.logical,
    ttftMs: reportTtft(history),
    cost: reportCost(history.attempts),
    links: {
      total: history.logicalCalls.reduce((sum, call) => sum + call.links.length, 0),
      ambiguousShare: history.ambiguousShare,
    },
    rules: reportRules(history),
    series: reportSeries(history),
    warnings: history.warnings.map((warning) => warning.text),
    notConcluded: notConcluded(history, { faults, settlement }),
    runbook: scenario?.runbook ?? {},
    reproduce: run?.reproduce ?? "",
  };
}

/**
 * What failed has failed. But a run has shown nothing in which nothing was expected, which did not come to its end, or in which
 * no fault of the scenario acted.
 */
function overallVerdict(
  expectations: readonly ReportedExpectation[],
  { stopped, faults }: Pick<Report, "stopped" | "faults">,
): Report["verdict"] {
  const verdict = worst(expectations.map((expectation) => expectation.verdict));
  const idle = faults.length > 0 && faults.every(({ hits }) => hits === 0);
  const shownNothing = expectations.length === 0 || stopped !== null || idle;
  return verdict === "pass" && shownNothing ? "inconclusive" : verdict;
}

function stoppedBecause(history: History): string | null {
  const { ended, run } = history;
  if (run === undefined && ended === undefined) return "the log holds no run";
  if (ended === undefined) return "killed: the log has no end";
  if (isNormalEnd(ended.why)) return null;
  // A proxy that plays nothing has no other end than that somebody stops it.
  if (ended.why === "interrupted" && run?.mode === "proxy" && (history.scenario?.phases ?? []).length === 0)
    return null;
  return ended.detail === undefined ? ended.why : `${ended.why}: ${ended.detail}`;
}

/** Of the judged calls: what the app did before the first phase is left out. */
function reportCalls(history: History): Report["calls"] {
  const { frontDoorCalls: judged, logicalCalls: logical } = judgedPart(history);
  const outcomes: Record<Outcome, number> = { served: 0, shed: 0, failed: 0, cut: 0, hung: 0 };
  const flags: Record<Flag, number> = { retried: 0, queued: 0, fell_back: 0 };
  let uncertain = 0;
  for (const call of judged) {
    outcomes[call.outcome]++;
    if (!call.certain) uncertain++;
    for (const flag of call.flags) flags[flag]++;
  }
  return {
    frontDoor: judged.length,
    logical: logical.length,
    attempts: logical.reduce((sum, { attempts }) => sum + attempts.length, 0),
    outcomes,
    flags,
    uncertain,
  };
}

/** Of delivered attempts only: failures end early and would flatter it. */
function reportTtft(history: History): Report["ttftMs"] {
  const values = sortedNumbers(
    judgedPart(history).attempts.map(({ delivered, ttftMs }) => (delivered ? ttftMs : undefined)),
  );
  const at = (share: number) => percentile(values, share) ?? 0;
  return values.length === 0 ? null : { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: values.length };
}

/** Tokens over all attempts that reached the upstream; wasted are those of attempts that delivered nothing whole. */
function reportCost(attempts: readonly Attempt[]): Report["cost"] {
  const cost = { inputTokens: 0, outputTokens: 0, wastedTokens: 0, ...reportMoney(attempts) };
  let answered = 0;
  let withUsage = 0;
  for (const attempt of attempts) {
    if (attempt.upstreamStatus === undefined || attempt.upstreamStatus >= 400) continue;
    answered++;
    if (attempt.usage !== undefined) withUsage++;
    // Settled first: a fault may have changed what the client was told.
    const { cost: settled, usage } = attempt;
    const input = settled?.input_tokens ?? usage?.input_tokens ?? attempt.received.input_tokens;
    const output = settled?.output_tokens ?? usage?.output_tokens ?? attempt.ended?.tokens ?? 0;
    cost.inputTokens += input;
    cost.outputTokens += output;
    if (!attempt.delivered) cost.wastedTokens += input + output;
  }
  return { ...cost, usageSeenShare: answered === 0 ? null : withUsage / answered };
}

/** From what the run settled call by call, at the prices of that day. */
function reportMoney(attempts: readonly Attempt[]): Pick<Report["cost"], "realUsd" | "savedUsd" | "unpricedCalls"> {
  let realUsd: number | null = null;
  let savedUsd: number | null = null;
  let unpricedCalls = 0;
  for (const { cost } of attempts) {
    if (cost === undefined) continue;
    if (cost.usd === undefined) unpricedCalls++;
    else if (cost.kind === "live") realUsd = (realUsd ?? 0) + cost.usd;
    else savedUsd = (savedUsd ?? 0) + cost.usd;
  }
  return { realUsd, savedUsd, unpricedCalls };
}
