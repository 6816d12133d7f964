import { runAttached } from "../run/attach/index.ts";
import { type RunHooks, runScenario } from "../run/run.ts";
import type { Session } from "../run/session.ts";
import { announce } from "./announce.ts";
import { controlToken, controlUrl } from "./ctl.ts";
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
  attach?: string;
  keepOpen?: boolean;
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

export interface PlayParts extends Pick<RunHooks, "onPage" | "keepOpen"> {
  progress: Progress;
  /** Gets the run's session, for the signals. */
  sessions: Pick<Session, "stop">[];
  flags: RunFlags;
}

/** One run to its end. */
export async function play(prepared: Prepared, { progress, sessions, flags, onPage, keepOpen }: PlayParts) {
  if (flags.attach !== undefined) {
    const proxy = { url: controlUrl(flags.attach), token: () => controlToken(flags.controlTokenFile) };
    return runAttached(prepared.options, proxy, {
      onEvent: progress.onEvent,
      onSession(session) {
        sessions.push(session);
        progress.line(`attached ${proxy.url}   proxy ${session.proxy.url}   run folder ${session.folder.path}`);
      },
    });
  }
  return runScenario(prepared.options, {
    onPage(url) {
      progress.pageAt(url);
      onPage?.(url);
    },
    ...(keepOpen !== undefined && { keepOpen }),
    onEvent: progress.onEvent,
    onSession(session) {
      sessions.push(session);
      announce(session, prepared.appFilePath, progress.line);
      progress.follow(session);
    },
  });
}
