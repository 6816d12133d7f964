import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { UserError } from "../core/errors.ts";
import type { RepeatSummary } from "../core/repeats.ts";
import {
  annotations,
  type Repeat,
  renderJunitOfAll,
  repeatsSummary,
  summariseRepeats,
  worstExitCode,
} from "../report/index.ts";
import type { RunResult } from "../run/run.ts";
import { createSeriesFolder } from "../run/run-folder.ts";
import type { Session } from "../run/session.ts";
import { confirmSpending } from "./confirm-spending.ts";
import { tellGithub } from "./github.ts";
import { writeOutFile } from "./out-file.ts";
import { play, prepareRun, type RunOrder } from "./play.ts";
import { createProgress } from "./progress.ts";
import { stopOnSignals } from "./signals.ts";
import { paint, verdictMark } from "./style.ts";
import { verdictWord } from "./verdict.ts";

/** A run that ended so says that the next one would end so, too. An `abort_when` does not: it is about the app. */
const ENDS_THE_SERIES = /^(interrupted|panic|budget|broken)/;

/**
 * `run --repeat N`: the same run N times, with the seeds s, s+1, … (with `--plan`, its own seed each time), in one folder with a
 * summary. The worst verdict wins; what held in some repeats and broke in others is called flaky.
 */
export async function playSeries(order: RunOrder): Promise<number> {
  const { flags } = order;
  const wanted = flags.repeat ?? 1;
  if (flags.planOut !== undefined)
    throw new UserError("--plan-out writes the decisions of one run, not of --repeat", {
      hint: "leave one of them out",
    });
  const series = createSeries(order, wanted);
  const results: RunResult[] = [];
  let failure: unknown;
  try {
    while (results.length < wanted && series.mayGoOn(results.at(-1))) results.push(await series.playNext());
  } catch (error) {
    // What was played already is still told.
    if (results.length === 0) throw error;
    failure = error;
  } finally {
    series.close();
  }
  series.write(results, failure);
  if (failure !== undefined) throw failure;
  return worstExitCode(results.map(({ exitCode }) => exitCode));
}

function createSeries(order: RunOrder, wanted: number) {
  const { flags } = order;
  const sessions: Session[] = [];
  let interrupted = false;
  let played = 0;
  let folder = "";
  let firstSeed = 0;
  let reproduce = "";
  const line = (text: string) => void process.stderr.write(`${text}\n`);
  const forget = stopOnSignals(
    () => sessions,
    line,
    () => {
      interrupted = true;
    },
  );
  const begin = (prepared: ReturnType<typeof prepareRun>) => {
    const { scenario, cwd, reproduce: once } = prepared.options;
    folder = createSeriesFolder({ out: flags.out, cwd, name: scenario.name, startedAt: new Date() });
    firstSeed = scenario.seed;
    reproduce = once.replace(` --seed ${firstSeed}`, ` --seed ${firstSeed} --repeat ${wanted}`);
  };
  return {
    async playNext(): Promise<RunResult> {
      const nth = ++played;
      const progress = createProgress({ stream: process.stderr, env: process.env, label: `${nth}/${wanted}` });
      try {
        const seed = nth === 1 || flags.plan !== undefined ? flags.seed : firstSeed + nth - 1;
        const prepared = prepareRun({ ...order, flags: { ...flags, ...(seed !== undefined && { seed }) } }, progress);
        if (nth === 1) {
          await confirmSpending(prepared.options, flags);
          begin(prepared);
        }
        const out = join(folder, `run-${nth}`);
        const options = { ...prepared.options, out, runId: `${relative(join(folder, ".."), folder)}/run-${nth}` };
        progress.line(`repeat  ${nth} of ${wanted}, seed ${options.scenario.seed}`);
        const result = await play({ ...prepared, options }, { progress, sessions, flags: order.flags });
        progress.line(`repeat  ${nth} of ${wanted}: ${result.report.verdict}`);
        return result;
      } finally {
        progress.stop();
      }
    },
    mayGoOn: (last: RunResult | undefined) => !interrupted && !ENDS_THE_SERIES.test(last?.report.stopped ?? ""),
    close: forget,
    write(results: readonly RunResult[], failure: unknown) {
      const repeats = results.map((result) => ({ report: result.report, folder: relative(folder, result.folder) }));
      const stopped = stoppedBecause(results, { wanted, failure });
      const summary = summariseRepeats(repeats, { wanted, stopped, reproduce });
      writeSeries({ folder, repeats, summary, junit: flags.junit });
      const text = flags.json === true ? JSON.stringify(summary, null, 2) : seriesLines(summary, folder).join("\n");
      process.stdout.write(`${text}\n`);
      const all = repeats.flatMap(({ report }) => annotations(report));
      tellGithub(repeatsSummary(summary), [...new Set(all)], process.env);
    },
  };
}

function stoppedBecause(
  results: readonly RunResult[],
  { wanted, failure }: { wanted: number; failure: unknown },
): string | null {
  const played = `${results.length} of ${wanted} repeats were played`;
  if (failure !== undefined) return `${played}, then: ${failure instanceof Error ? failure.message : failure}`;
  if (results.length === wanted) return null;
  return `${played}, the last one was stopped: ${results.at(-1)?.report.stopped ?? "interrupted"}`;
}

function writeSeries(parts: {
  folder: string;
  repeats: readonly Repeat[];
  summary: RepeatSummary;
  junit: string | undefined;
}): void {
  const { folder, repeats, summary } = parts;
  const junit = renderJunitOfAll(repeats.map(({ report }) => report));
  const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 });
  write(join(folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  write(join(folder, "summary.md"), repeatsSummary(summary));
  write(join(folder, "junit.xml"), junit);
  if (parts.junit !== undefined) writeOutFile("--junit", parts.junit, junit);
}

/** The verdict over all repeats, then each expectation with how often it held. */
export function seriesLines(summary: RepeatSummary, folder: string): string[] {
  const out = process.stdout;
  const passed = summary.runs.filter(({ verdict, stopped }) => verdict === "pass" && stopped === null).length;
  const early = summary.stopped === null ? "" : ` (stopped early: ${summary.stopped})`;
  return [
    `${verdictWord(summary.verdict)}  ${summary.scenario}: ${passed} of ${summary.repeats} repeats passed${early}`,
    ...summary.expectations.map(({ verdict, explained, phase, held, broken, not_judged, flaky }) => {
      const where = phase === null ? "" : ` in ${phase}`;
      const often = `held ${held} of ${held + broken + not_judged}`;
      return `  ${verdictMark(verdict, out)} ${explained}${where}: ${often}${flaky ? paint("yellow", ", flaky", out) : ""}`;
    }),
    ...summary.runs.map(
      ({ folder: run, seed, verdict, stopped }) =>
        `  ${verdictMark(verdict, out)} ${run}  seed ${seed}  ${verdict}${stopped === null ? "" : `, stopped early: ${stopped}`}`,
    ),
    `  summary  ${join(folder, "summary.md")}`,
    `  repeat   ${summary.reproduce}`,
  ];
}
