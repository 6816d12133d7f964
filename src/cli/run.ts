import { annotations, renderJunitOfAll, stepSummary } from "../report/index.ts";
import { reportJson } from "../run/report-run.ts";
import type { Session } from "../run/session.ts";
import { confirmSpending } from "./confirm-spending.ts";
import { tellGithub } from "./github.ts";
import { checkOutFile, writeOutFile } from "./out-file.ts";
import { play, prepareRun, type RunFlags, type RunOrder } from "./play.ts";
import { createProgress } from "./progress.ts";
import { playSeries } from "./repeat.ts";
import { stopOnSignals } from "./signals.ts";
import { verdictLines } from "./verdict.ts";

/** `llm-chaos run <scenario> [-- command]` */
export async function runCommand(scenarioPath: string, command: readonly string[], flags: RunFlags): Promise<number> {
  if (flags.junit !== undefined) checkOutFile("--junit", flags.junit);
  const order = { scenarioPath, command, flags };
  return (flags.repeat ?? 1) > 1 ? playSeries(order) : playSingle(order);
}

async function playSingle(order: RunOrder): Promise<number> {
  const { flags } = order;
  const progress = createProgress({ stream: process.stderr, env: process.env });
  const sessions: Session[] = [];
  const forget = stopOnSignals(() => sessions, progress.line);
  try {
    const prepared = prepareRun(order, progress);
    await confirmSpending(prepared.options, flags);
    const result = await play(prepared, { progress, sessions, flags });
    progress.stop();
    process.stdout.write(
      flags.json === true ? reportJson(result.report) : `${verdictLines(result.report, result.paths).join("\n")}\n`,
    );
    if (flags.junit !== undefined) writeOutFile("--junit", flags.junit, renderJunitOfAll([result.report]));
    tellGithub(stepSummary(result.report), annotations(result.report), process.env);
    return result.exitCode;
  } finally {
    progress.stop();
    forget();
  }
}
