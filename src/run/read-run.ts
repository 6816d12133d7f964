import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../core/errors.ts";
import type { Report } from "../core/report.ts";
import { parseReport } from "../report/index.ts";
import { reportFromLog } from "./report-run.ts";

/** A repeat's folder inside the folder of `run --repeat`. */
export const REPEAT_FOLDER = /^run-\d+$/;

/**
 * The report of a run folder, or one for each repeat of a `run --repeat` folder. Made again from events.jsonl where it is there, so
 * that two runs are judged by the same rules; else read from report.json. Throws UserError when there is neither.
 */
export function readRun(path: string): Report[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UserError(`${path} does not exist`, { hint: "name a run folder" });
  if (!stats.isDirectory()) return [readFile(path)];
  for (const name of ["events.jsonl", "report.json"]) {
    const file = join(path, name);
    if (existsSync(file)) return [readFile(file)];
  }
  const repeats = readdirSync(path).filter((name) => REPEAT_FOLDER.test(name));
  if (repeats.length === 0)
    throw new UserError(`${path} holds no run: no events.jsonl and no report.json`, {
      hint: "runs are below .llm-chaos/runs/",
    });
  const inOrder = repeats.sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
  return inOrder.flatMap((name) => readRun(join(path, name)));
}

function readFile(path: string): Report {
  if (basename(path) !== "report.json") return reportFromLog(path).report;
  const report = parseReport(readFileSync(path, "utf8"));
  if (typeof report !== "string") return report;
  throw new UserError(`${path}: ${report}`, { hint: "llm-chaos report <run folder> makes it again from events.jsonl" });
}
