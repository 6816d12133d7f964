import { ExitCode } from "../core/errors.ts";
import { serveProxy } from "../run/run.ts";
import type { Session } from "../run/session.ts";
import { announce } from "./announce.ts";
import { confirmSpending } from "./confirm-spending.ts";
import type { SharedFlags } from "./flags.ts";
import { prepare, printWarnings } from "./prepare.ts";
import { createProgress } from "./progress.ts";
import { stopOnSignals } from "./signals.ts";
import { verdictLines } from "./verdict.ts";

export interface ProxyFlags extends SharedFlags {
  start?: boolean;
}

/** `llm-chaos proxy [scenario]`: runs until stopped; a stop by hand is the normal end here, so it exits with 0 unless something broke. */
export async function proxyCommand(scenarioPath: string | undefined, flags: ProxyFlags): Promise<number> {
  const progress = createProgress({ stream: process.stderr, env: process.env });
  const sessions: Session[] = [];
  const forget = stopOnSignals(() => sessions, progress.line);
  try {
    const prepared = prepare({
      mode: "proxy",
      scenarioPath,
      command: [],
      flags,
      readyTimeoutMs: 0,
      startAtOnce: flags.start === true,
      notify: progress.line,
      onAppOutput: () => {},
    });
    printWarnings(prepared.warnings);
    await confirmSpending(prepared.options, flags);
    const result = await serveProxy(prepared.options, {
      onEvent: progress.onEvent,
      onPage: progress.pageAt,
      onSession(session) {
        sessions.push(session);
        announce(session, prepared.appFilePath, progress.line);
        progress.follow(session);
        if (session.options.scenario.phases.length > 0 && !session.options.startAtOnce) {
          progress.line(
            "        limits are active; the phases wait for scenario.start (llm-chaos ctl scenario.start), or use --start",
          );
        }
      },
    });
    progress.stop();
    process.stdout.write(`${verdictLines(result.report, result.paths).join("\n")}\n`);
    // Null: one that played nothing, for which a stop by hand is no early one.
    const byHand = result.report.stopped === null || result.report.stopped === "interrupted";
    return byHand && result.exitCode !== ExitCode.broken ? ExitCode.passed : result.exitCode;
  } finally {
    progress.stop();
    forget();
  }
}
