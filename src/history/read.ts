import { statSync } from "node:fs";
import { join } from "node:path";
import { type Problem, UserError } from "../core/errors.ts";
import { type ChaosEvent, EVENT_VERSION } from "../core/event.ts";
import { flawOfEvent } from "./check-event.ts";
import { type Line, linesOf } from "./lines.ts";

/** What reading a log came upon. */
export interface ReadLog {
  /** The last line broke off in the middle: the writer was killed. Nothing is wrong with the rest. */
  tornLine: boolean;
  /** Lines that were left out (errors), and gaps in the numbering (warnings), at most 100. */
  problems: Problem[];
}

export interface ReadEvents extends ReadLog {
  events: ChaosEvent[];
}

const MOST_PROBLEMS = 100;

/** All events of a log at once; see `readLog`. */
export function readEvents(path: string): ReadEvents {
  const events: ChaosEvent[] = [];
  return { ...readLog(path, (event) => void events.push(event)), events };
}

/**
 * Reads an event log, a run folder's `events.jsonl` when given a folder, and hands over one event after the other: no more than a line
 * is held. Keeps everything usable.
 * Throws UserError when there is no such file, when it is no event log at all, or when a newer version wrote it.
 */
export function readLog(path: string, onEvent: (event: ChaosEvent) => void): ReadLog {
  const file = fileOf(path);
  const result: ReadLog = { tornLine: false, problems: [] };
  let lastSeq = 0;
  let skipped = false;
  const report = (line: Line, message: string, severity: Problem["severity"]) => {
    if (result.problems.length < MOST_PROBLEMS)
      result.problems.push({ file, line: line.number, column: 1, message, severity });
  };
  const leaveOut = (line: Line, flaw: string) => {
    if (line.closed) report(line, flaw, "error");
    else result.tornLine = true;
    skipped = true;
  };
  for (const line of linesOf(file)) {
    const event = parseLine(line, file);
    if (event === undefined) continue;
    if (typeof event === "string") {
      leaveOut(line, event);
      continue;
    }
    if (event.seq <= lastSeq) {
      report(line, `event ${event.seq} comes after event ${lastSeq}; left out`, "error");
      continue;
    }
    if (isGap(event, lastSeq) && !skipped) report(line, gap(lastSeq, event.seq), "warning");
    skipped = false;
    lastSeq = event.seq;
    onEvent(event);
  }
  if (lastSeq === 0 && result.problems[0] !== undefined)
    throw new UserError(`${file} is no event log: line ${result.problems[0].line}: ${result.problems[0].message}`);
  return result;
}

/** The log of a run that joined a proxy which was running keeps that proxy's numbers, so it may begin with any. */
function isGap({ seq, type }: ChaosEvent, lastSeq: number): boolean {
  return seq > lastSeq + 1 && !(lastSeq === 0 && type === "run_started");
}

function gap(lastSeq: number, seq: number): string {
  const missing = seq - lastSeq - 1;
  return missing === 1 ? `event ${lastSeq + 1} is missing` : `events ${lastSeq + 1} to ${seq - 1} are missing`;
}

function fileOf(path: string): string {
  try {
    return statSync(path).isDirectory() ? fileOf(join(path, "events.jsonl")) : path;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`there is no event log at ${path}`, {
      hint: "give a run folder or its events.jsonl",
      cause: error,
    });
  }
}

/** The event, or what is wrong with the line; undefined for an empty one. The event is the object as it was read: unknown fields are kept. */
function parseLine(line: Line, file: string): ChaosEvent | string | undefined {
  if (line.text === undefined) return "the line is too long for an event";
  let value: { v?: unknown; type?: unknown };
  try {
    value = JSON.parse(line.text);
  } catch {
    return line.closed && line.text.trim() === "" ? undefined : "not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "not an event";
  if (typeof value.v === "number" && value.v > EVENT_VERSION)
    throw new UserError(
      `${file} was written by a newer llm-chaos: its events have version ${value.v}, this one reads up to ${EVENT_VERSION}`,
      { hint: "update llm-chaos" },
    );
  return flawOfEvent(value) ?? (value as ChaosEvent);
}
