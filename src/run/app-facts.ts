import { execFileSync } from "node:child_process";
import type { AppFacts } from "../core/scenario.ts";
import type { SessionOptions } from "./options.ts";

/** The part of the app file that may stand in the event log. Undefined when nothing is known of the app. */
export function appFacts(options: SessionOptions): AppFacts | undefined {
  const door = options.app?.frontDoor;
  if (options.appUrl === undefined && door === undefined) return undefined;
  return {
    url: options.appUrl,
    frontDoor: door === undefined ? undefined : `${door.method} ${door.path}`,
    answer: door?.answer.stream ?? "json",
    deadlineMs: door?.deadlineMs ?? DEFAULT_DEADLINE_MS,
    declares: {
      shed: door?.shedWhen !== undefined,
      fallback: door?.fallbackWhen !== undefined,
      done: door?.answer.doneWhen !== undefined,
      incomplete: door?.answer.incompleteWhen !== undefined,
      error: door?.answer.errorWhen !== undefined,
    },
    commit: gitCommit(options.cwd),
  };
}

export const DEFAULT_DEADLINE_MS = 30_000;

/** Without git, or outside a repository, the commit is simply unknown. */
function gitCommit(cwd: string): string | undefined {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
