import { writeSync } from "node:fs";
import pino from "pino";
import type { Scrubber } from "../core/secrets.ts";

/** What waits for the end of its tick when the process leaves. One hook for all loggers: sessions come and go in one process. */
const unwritten = new Set<() => void>();
let hooked = false;

function writeAtExit(flush: () => void): void {
  if (!hooked) process.once("exit", () => unwritten.forEach((write) => void write()));
  hooked = true;
  unwritten.add(flush);
}

/**
 * Logs go to stderr, one JSON line each, through the scrubber: a credential seen in this process never leaves it in a log line.
 * Redaction by name is the second net; the first is that headers, bodies and raw errors are never handed to the logger.
 * Lines of one event-loop tick are written together, since a write to a terminal or pipe blocks.
 */
export function createLogger(level: string, scrubber: Scrubber): pino.Logger {
  let waiting = "";
  const take = () => {
    const lines = scrubber.scrub(waiting);
    waiting = "";
    unwritten.delete(flushAtExit);
    return lines;
  };
  const flushAtExit = () => void writeSync(process.stderr.fd, take());
  const write = (line: string) => {
    if (waiting === "") {
      setImmediate(() => process.stderr.write(take()));
      writeAtExit(flushAtExit);
    }
    waiting += line;
  };
  return pino({ level, base: undefined, redact: ["authorization", "key", "token", "headers"] }, { write });
}
