import { annotations, renderJunitOfAll, stepSummary } from "../report/index.ts";
import { reportJson } from "../run/report-run.ts";
import type { RunResult } from "../run/run.ts";
import type { Session } from "../run/session.ts";
import { confirmSpending } from "./confirm-spending.ts";
import { tellGithub } from "./github.ts";
import { checkKeepOpen, serveUntilSignal } from "./keep-open.ts";
import { checkOutFile, writeOutFile } from "./out-file.ts";
import { play, prepareRun, type RunFlags, type RunOrder } from "./play.ts";
import { createProgress } from "./progress.ts";
import { playSeries } from "./repeat.ts";
import { stopOnSignals } from "./signals.ts";
import { verdictLines } from "./verdict.ts";

/** `llm-chaos run <scenario> [-- command]` */
export async function runCommand(scenarioPath: string, command: readonly string[], flags: RunFlags): Promise<number> {
  checkKeepOpen(flags);
  if (flags.junit !== undefined) checkOutFile("--junit", flags.junit);
  const order = { scenarioPath, command, flags };
  return (flags.repeat ?? 1) > 1 ? playSeries(order) : playSingle(order);
}

async function playSingle(order: RunOrder): Promise<number> {
  const { flags } = order;
  const progress = createProgress({ stream: process.stderr, env: process.env });
  const sessions: Session[] = [];
  let endedByHand = false;
  let pageUrl = "";
  const forget = stopOnSignals(
    () => sessions,
    progress.line,
    () => {
      endedByHand = true;
    },
  );
  const keepOpen = async (result: RunResult) => {
    // Whoever has pressed Ctrl-C already wants out.
    if (endedByHand) return;
    progress.stop();
    forget();
    tell(result, flags);
    await serveUntilSignal(pageUrl);
  };
  try {
    const prepared = prepareRun(order, progress);
    await confirmSpending(prepared.options, flags);
    const result = await play(prepared, {
      progress,
      sessions,
      flags,
      onPage(url) {
        pageUrl = url;
      },
      ...(flags.keepOpen === true && { keepOpen }),
    });
    progress.stop();
    if (flags.keepOpen !== true || endedByHand) tell(result, flags);
    return result.exitCode;
  } finally {
    progress.stop();
    forget();
  }
}

/** The verdict for people, files and CI. */
function tell({ report, paths }: RunResult, flags: RunFlags): void {
  process.stdout.write(flags.json === true ? reportJson(report) : `${verdictLines(report, paths).join("\n")}\n`);
  if (flags.junit !== undefined) writeOutFile("--junit", flags.junit, renderJunitOfAll([report]));
  tellGithub(stepSummary(report), annotations(report), process.env);
}
