import { type Command, Option } from "commander";

/** Flags about cassettes, after commander parsed them. */
export interface RecordingFlags {
  record?: string;
}

export function addRecordingFlags(command: Command): Command {
  return command.addOption(
    new Option("--record <file>", "record the upstream's traffic in a new cassette; %p stands for the process id").env(
      "LLM_CHAOS_RECORD",
    ),
  );
}
