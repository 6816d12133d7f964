import { execFileSync } from "node:child_process";
import type { FrontDoor } from "../core/app.ts";
import { describeMatcher } from "../core/describe-matcher.ts";
import type { AppFacts } from "../core/scenario.ts";
import { createScrubber } from "../core/secrets.ts";
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
    ...(door !== undefined && { matchers: matchersOf(door, options.secrets) }),
    commit: gitCommit(options.cwd),
  };
}

/** In words, for the report. A pattern may hold a filled value. */
function matchersOf({ answer, shedWhen, fallbackWhen }: FrontDoor, secrets: readonly string[]): AppFacts["matchers"] {
  const scrubber = createScrubber();
  for (const secret of secrets) scrubber.register(secret);
  const { doneWhen: done, incompleteWhen: incomplete, errorWhen: error } = answer;
  const declared = { shed: shedWhen, fallback: fallbackWhen, done, incomplete, error };
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, matcher]) =>
      matcher === undefined ? [] : [[name, scrubber.scrub(describeMatcher(matcher))]],
    ),
  );
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
