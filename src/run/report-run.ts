import type { ExitCode, Problem } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { judge, recoveryOf } from "../expectations/index.ts";
import { createHistoryFold, readLog } from "../history/index.ts";
import { buildReport, exitCodeOf, renderers } from "../report/index.ts";

export interface RunReport {
  report: Report;
  exitCode: ExitCode;
  /** What was wrong with lines of the log; the rest was used. */
  problems: readonly Problem[];
  /** The log ended inside a line, as after a kill. */
  tornLine: boolean;
}

/** Everything a report says comes from the event log, so it can be made again anywhere and at any time. */
export function reportFromLog(eventsPath: string): RunReport {
  const fold = createHistoryFold();
  const { tornLine, problems } = readLog(eventsPath, fold.add);
  const history = fold.finish();
  const report = buildReport(history, judge(history), recoveryOf(history));
  return { report, exitCode: exitCodeOf(report), problems, tornLine };
}

/** Writes every format; returns the paths by file name, without those that `write` could not write. */
export function writeReport(
  report: Report,
  write: (name: string, text: string) => string | undefined,
): Map<string, string> {
  const paths = new Map<string, string>();
  for (const [name, render] of renderers) {
    const path = write(name, render(report));
    if (path !== undefined) paths.set(name, path);
  }
  return paths;
}

/** report.json as it is written, for `--json`. */
export function reportJson(report: Report): string {
  const render = renderers.get("report.json");
  if (render === undefined) throw new Error("there is no renderer for report.json");
  return render(report);
}
