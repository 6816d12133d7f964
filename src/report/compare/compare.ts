import type { ComparedSide, Comparison, Finding } from "../../core/comparison.ts";
import { worst } from "../../core/expectation.ts";
import type { Report } from "../../core/report.ts";
import { compareExpectations } from "./expectations.ts";
import { compareFigures, compareShares } from "./figures.ts";
import { changedPlan } from "./plan.ts";
import { compareKnees } from "./ramp.ts";

type Reports = readonly Report[];

/**
 * What got better and what got worse. Each side is one report, or one for each repeat. Pure.
 * A figure whose difference lies inside the spread of its samples, or of the repeats, is "no clear change".
 */
export function compareRuns(before: Reports, after: Reports): Comparison {
  const findings: Finding[] = [
    ...compareEnds(before, after),
    ...compareExpectations(before, after),
    ...compareKnees(before, after),
    ...compareFigures(before, after),
    ...compareSteps(before, after),
    ...compareRecovery(before, after),
    ...comparePaths(before, after),
  ];
  return {
    version: 1,
    before: sideOf(before),
    after: sideOf(after),
    verdict: verdictOf(findings),
    changedPlan: changedPlan(before, after),
    findings,
  };
}

function verdictOf(findings: readonly Finding[]): Comparison["verdict"] {
  const worse = findings.some(({ direction }) => direction === "worse");
  const better = findings.some(({ direction }) => direction === "better");
  if (worse) return better ? "mixed" : "worse";
  return better ? "better" : "no clear change";
}

function sideOf(reports: Reports): ComparedSide {
  return {
    runIds: reports.map(({ runId }) => runId),
    scenario: reports[0]?.scenario ?? "unknown",
    startedAt: reports[0]?.startedAt ?? "",
    verdict: worst(reports.map(({ verdict }) => verdict)),
    stopped: [...new Set(reports.flatMap(({ stopped }) => (stopped === null ? [] : [stopped])))],
  };
}

/** Only `abort_when` stops a run for what the app did; a hand, a budget or a crash says nothing of the app. */
function compareEnds(before: Reports, after: Reports): Finding[] {
  const aborted = (reports: Reports) =>
    reports.filter(({ stopped }) => stopped?.startsWith("abort_when") === true).length;
  const [was, is] = [aborted(before), aborted(after)];
  if (was === 0 && is === 0) return [];
  const [mostBefore, mostNow] = [was * 2 > before.length, is * 2 > after.length];
  const inWords = (count: number, all: number) =>
    count === 0 ? "played to the end" : `abort_when in ${count} of ${all}`;
  const direction = mostBefore === mostNow ? "no clear change" : mostNow ? "worse" : "better";
  return [
    {
      what: "how the run ended",
      before: inWords(was, before.length),
      after: inWords(is, after.length),
      direction,
      because: "",
    },
  ];
}

/** Served calls of each number of callers that both ramps held; only those that clearly differ. */
function compareSteps(before: Reports, after: Reports): Finding[] {
  const levels = new Set([...before, ...after].flatMap(({ load }) => load.steps.map(({ concurrency }) => concurrency)));
  return [...levels]
    .sort((a, b) => a - b)
    .map((concurrency) => {
      const of = ({ load }: Report) => {
        const step = load.steps.find((one) => one.concurrency === concurrency && one.trustworthy);
        if (step === undefined) return { hits: 0, of: 0 };
        return { hits: step.served, of: step.served + step.shed + step.failed + step.hung + step.cut };
      };
      return compareShares({ what: `served at ${concurrency} at once`, of, wish: "more is better" }, { before, after });
    })
    .filter(({ direction }) => direction === "better" || direction === "worse");
}

/** Judged only where most repeats say the same. */
function compareRecovery(before: Reports, after: Reports): Finding[] {
  const most = (reports: Reports) => {
    const states = reports.map(({ recovery }) => recovery?.state);
    return states.find((state) => states.filter((one) => one === state).length * 2 > reports.length);
  };
  const [was, is] = [most(before), most(after)];
  if (was === undefined || is === undefined) return [];
  const [back, isBack] = [was === "recovered", is === "recovered"];
  const direction = back === isBack ? "no clear change" : isBack ? "better" : "worse";
  return [{ what: "after the faults", before: was, after: is, direction, because: "" }];
}

/** Ways of degrading, in the order of their first sight; another path is told, not judged. */
function comparePaths(before: Reports, after: Reports): Finding[] {
  const paths = (reports: Reports) =>
    [...new Set(reports.map(({ degradation }) => degradation.path.map(({ what }) => what).join(" → ") || "none"))].join(
      " | ",
    );
  const [was, is] = [paths(before), paths(after)];
  if (was === is) return [];
  return [{ what: "degradation path", before: was, after: is, direction: "changed", because: "" }];
}
