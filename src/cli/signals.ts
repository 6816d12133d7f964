import { ExitCode } from "../core/errors.ts";
import type { Session } from "../run/session.ts";

type Stoppable = Pick<Session, "stop">;

const SECOND_SIGNAL_CODE = 130;

/**
 * The first Ctrl-C ends the run with a report of what was seen; a second one leaves at once. Returns how to stop listening.
 * `onAsked`: called at the first, when a session was up.
 */
export function stopOnSignals(
  sessions: () => readonly Stoppable[],
  notify: (line: string) => void,
  onAsked: () => void = () => {},
): () => void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) process.exit(SECOND_SIGNAL_CODE);
    // Before a session is up there is nothing to report, and nobody who would hear the wish later.
    if (sessions().length === 0) process.exit(ExitCode.stopped);
    asked = true;
    onAsked();
    notify(
      `${signal}: faults off, open calls get a moment to end, then the report is written. Once more leaves at once`,
    );
    for (const session of sessions()) session.stop({ why: "interrupted", detail: undefined });
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return () => {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  };
}

/** Resolves at the next Ctrl-C; another one after it leaves at once. */
export function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const)
      process.once(name, () => {
        for (const again of ["SIGINT", "SIGTERM"] as const) process.once(again, () => process.exit(SECOND_SIGNAL_CODE));
        resolve();
      });
  });
}
