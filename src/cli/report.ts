import { statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatProblem, UserError } from "../core/errors.ts";
import { reportFromLog, reportJson, writeReport } from "../run/report-run.ts";
import { paint } from "./style.ts";
import { verdictLines } from "./verdict.ts";

/** `llm-chaos report <run-dir | events.jsonl>`: verdicts and report again, from the log alone. */
export function reportCommand(target: string, flags: { json?: boolean; out?: string }): number {
  const eventsPath = eventsPathOf(target);
  const { report, exitCode, problems, tornLine } = reportFromLog(eventsPath);
  for (const problem of problems) process.stderr.write(`${paint("yellow", formatProblem(problem))}\n`);
  if (tornLine) process.stderr.write("the log ends inside a line, as after a kill; that line is left out\n");
  if (flags.json === true) {
    process.stdout.write(reportJson(report));
    return exitCode;
  }
  const folder = flags.out ?? dirname(eventsPath);
  const paths = writeReport(report, (name, text) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  });
  process.stdout.write(`${verdictLines(report, paths).join("\n")}\n`);
  return exitCode;
}

function eventsPathOf(target: string): string {
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new UserError(`${target} does not exist`, { hint: "name a run folder or its events.jsonl" });
  return stats.isDirectory() ? join(target, "events.jsonl") : target;
}
