import { worst } from "../core/expectation.ts";
import type { RepeatedExpectation, RepeatSummary } from "../core/repeats.ts";
import type { Report } from "../core/report.ts";

/** One repeat and the folder it left, relative to the summary's. */
export interface Repeat {
  report: Report;
  folder: string;
}

/** The verdict over repeats. Pure. `stopped`: why the series ended before all were played. */
export function summariseRepeats(
  repeats: readonly Repeat[],
  { wanted, stopped, reproduce }: { wanted: number; stopped: string | null; reproduce: string },
): RepeatSummary {
  const reports = repeats.map(({ report }) => report);
  return {
    version: 1,
    scenario: reports[0]?.scenario ?? "unknown",
    repeats: wanted,
    // A series that was cut short has not shown what it was asked to show.
    verdict: worst([...reports.map(({ verdict }) => verdict), ...(stopped === null ? [] : ["inconclusive" as const])]),
    stopped,
    expectations: (reports[0]?.expectations ?? []).map((_, index) => repeated(reports, index)),
    runs: repeats.map(({ report, folder }) => ({
      run_id: report.runId,
      folder,
      seed: report.seed,
      verdict: report.verdict,
      stopped: report.stopped,
      reproduce: report.reproduce,
    })),
    reproduce,
  };
}

/** Repeats play one scenario, so the n-th expectation is the same one in each. */
function repeated(reports: readonly Report[], index: number): RepeatedExpectation {
  const all = reports.flatMap(({ expectations }) => expectations[index] ?? []);
  const count = (verdict: Report["verdict"]) => all.filter((one) => one.verdict === verdict).length;
  const [held, broken, notJudged] = [count("pass"), count("fail"), count("inconclusive")];
  return {
    name: all[0]?.name ?? "",
    explained: all[0]?.explained ?? "",
    phase: all[0]?.phase ?? null,
    verdict: worst(all.map(({ verdict }) => verdict)),
    held,
    broken,
    not_judged: notJudged,
    flaky: held > 0 && broken > 0,
  };
}
