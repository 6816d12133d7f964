import { runScenario } from "../run/run.ts";
import type { Session } from "../run/session.ts";
import { announce } from "./announce.ts";
import type { SharedFlags } from "./flags.ts";
import { type Prepared, prepare, printWarnings } from "./prepare.ts";
import type { Progress } from "./progress.ts";

export interface RunFlags extends SharedFlags {
  readyTimeout: number;
  json?: boolean;
  plan?: string;
  planOut?: string;
  junit?: string;
  repeat?: number;
  loadCmd?: string;
}

/** What is played, as it was typed. */
export interface RunOrder {
  scenarioPath: string;
  command: readonly string[];
  flags: RunFlags;
}

export function prepareRun({ scenarioPath, command, flags }: RunOrder, progress: Progress): Prepared {
  const prepared = prepare({
    mode: "run",
    scenarioPath,
    command,
    flags,
    readyTimeoutMs: flags.readyTimeout,
    startAtOnce: true,
    loadCommand: flags.loadCmd,
    planFiles: { plan: flags.plan, planOut: flags.planOut },
    notify: progress.line,
    onAppOutput: (line) => progress.line(`app     │ ${line}`),
  });
  printWarnings(prepared.warnings);
  return prepared;
}

/** One run to its end. `sessions` gets its session, for the signals. */
export async function play(prepared: Prepared, { progress, sessions }: { progress: Progress; sessions: Session[] }) {
  return runScenario(prepared.options, {
    onEvent: progress.onEvent,
    onSession(session) {
      sessions.push(session);
      announce(session, prepared.appFilePath, progress.line);
    },
  });
}
