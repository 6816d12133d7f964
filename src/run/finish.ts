import { ExitCode } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import type { SessionOptions } from "./options.ts";
import { reportFromLog, writeReport } from "./report-run.ts";
import type { RunFolder } from "./run-folder.ts";

export interface RunResult {
  report: Report;
  exitCode: ExitCode;
  /** Files of the report by name. */
  paths: ReadonlyMap<string, string>;
  folder: string;
}

/** Makes the report from the finished log. `failed`: the log could not be written to its end. */
export function finish({
  folder,
  options,
  failed,
}: {
  folder: RunFolder;
  options: Pick<SessionOptions, "notify">;
  failed: Error | undefined;
}): RunResult {
  const { report, exitCode } = reportFromLog(folder.eventsPath);
  let unwritten = 0;
  const paths = writeReport(report, (name, text) => {
    try {
      return folder.write(name, text);
    } catch (error) {
      unwritten++;
      options.notify(`${name} cannot be written: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  });
  // A log that could not be written to its end looks like one of a run that was killed; here the reason is known.
  const broken = failed !== undefined || unwritten > 0;
  return { report, exitCode: broken ? ExitCode.broken : exitCode, paths, folder: folder.path };
}
