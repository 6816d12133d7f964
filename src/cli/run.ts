import { reportJson } from "../run/report-run.ts";
import { runScenario } from "../run/run.ts";
import type { Session } from "../run/session.ts";
import { announce } from "./announce.ts";
import type { SharedFlags } from "./flags.ts";
import { prepare, printWarnings } from "./prepare.ts";
import { createProgress } from "./progress.ts";
import { stopOnSignals } from "./signals.ts";
import { verdictLines } from "./verdict.ts";

export interface RunFlags extends SharedFlags {
  readyTimeout: number;
  json?: boolean;
  plan?: string;
  planOut?: string;
}

/** `llm-chaos run <scenario> [-- command]` */
export async function runCommand(scenarioPath: string, command: readonly string[], flags: RunFlags): Promise<number> {
  const progress = createProgress({ stream: process.stderr, env: process.env });
  const sessions: Session[] = [];
  const forget = stopOnSignals(() => sessions, progress.line);
  try {
    const prepared = prepare({
      mode: "run",
      scenarioPath,
      command,
      flags,
      readyTimeoutMs: flags.readyTimeout,
      startAtOnce: true,
      planFiles: { plan: flags.plan, planOut: flags.planOut },
      notify: progress.line,
      onAppOutput: (line) => progress.line(`app     │ ${line}`),
    });
    printWarnings(prepared.warnings);
    const result = await runScenario(prepared.options, {
      onEvent: progress.onEvent,
      onSession(session) {
        sessions.push(session);
        announce(session, prepared.appFilePath, progress.line);
      },
    });
    progress.stop();
    process.stdout.write(
      flags.json === true ? reportJson(result.report) : `${verdictLines(result.report, result.paths).join("\n")}\n`,
    );
    return result.exitCode;
  } finally {
    progress.stop();
    forget();
  }
}
