import { type Command, InvalidArgumentError, Option } from "commander";
import { parseJsonPath } from "../cassette/index.ts";
import { UserError } from "../core/errors.ts";

/** Flags about cassettes, after commander parsed them. */
export interface RecordingFlags {
  record?: string;
  redact: string[];
  /** Infinity: max. */
  replaySpeed?: number;
  replayMatch?: "strict" | "loose";
  replayIgnore: string[];
}

export function addRecordingFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--record <file>",
        "record the upstream's traffic in a new cassette; %p stands for the process id",
      ).env("LLM_CHAOS_RECORD"),
    )
    .addOption(
      new Option("--redact <path>", "record placeholders for these texts, such as $.messages[*].content; repeatable")
        .default([], "none")
        .argParser(collectPath),
    )
    .addOption(
      new Option("--replay-speed <n|max>", "times as fast as recorded")
        .env("LLM_CHAOS_REPLAY_SPEED")
        .argParser(parseSpeed),
    )
    .addOption(
      new Option("--replay-match <how>", "loose: a call without a recording gets one of its model and shape")
        .env("LLM_CHAOS_REPLAY_MATCH")
        .choices(["strict", "loose"]),
    )
    .addOption(
      new Option("--replay-ignore <path>", "what may differ, such as $.messages[0].content; repeatable")
        .default([], "none")
        .argParser(collectPath),
    );
}

function parseSpeed(value: string): number {
  const speed = value === "max" ? Number.POSITIVE_INFINITY : Number(value);
  if (!(speed > 0)) throw new InvalidArgumentError("write how many times as fast, such as 2 or 0.5, or max");
  return speed;
}

function collectPath(value: string, before: string[]): string[] {
  try {
    parseJsonPath(value);
  } catch (error) {
    if (error instanceof UserError) throw new InvalidArgumentError(error.hint ?? error.message);
    throw error;
  }
  return [...before, value];
}
