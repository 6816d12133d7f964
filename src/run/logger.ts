import pino from "pino";
import type { Scrubber } from "../core/secrets.ts";

/**
 * Logs go to stderr, one JSON line each, through the scrubber: a credential seen in this process never leaves it in a log line.
 * Redaction by path is the second net; the first is that headers, bodies and raw errors are never handed to the logger.
 */
export function createLogger(level: string, scrubber: Scrubber): pino.Logger {
  const destination = { write: (line: string) => void process.stderr.write(scrubber.scrub(line)) };
  return pino(
    {
      level,
      base: undefined,
      redact: ["authorization", "*.authorization", "key", "*.key", "token", "*.token", "headers", "*.headers"],
    },
    destination,
  );
}
