import { writeSync } from "node:fs";
import pino from "pino";
import type { Scrubber } from "../core/secrets.ts";

/**
 * Logs go to stderr, one JSON line each, through the scrubber: a credential seen in this process never leaves it in a log line.
 * Redaction by name is the second net; the first is that headers, bodies and raw errors are never handed to the logger.
 * Lines of one event-loop tick are written together, since a write to a terminal or pipe blocks.
 */
export function createLogger(level: string, scrubber: Scrubber): pino.Logger {
  let waiting = "";
  const flush = (write: (text: string) => void) => {
    if (waiting === "") return;
    const lines = scrubber.scrub(waiting);
    waiting = "";
    write(lines);
  };
  const write = (line: string) => {
    if (waiting === "") setImmediate(flush, (text: string) => process.stderr.write(text));
    waiting += line;
  };
  process.once("exit", () => flush((text) => void writeSync(process.stderr.fd, text)));
  return pino({ level, base: undefined, redact: ["authorization", "key", "token", "headers"] }, { write });
}
