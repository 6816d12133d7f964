import { existsSync } from "node:fs";
import { type Problem, UserError } from "../core/errors.ts";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import { type FileLine, linesOf } from "./lines.ts";
import { parseExchange, parseHeader } from "./parse.ts";
import { partPath } from "./part-path.ts";
import { cannotRead } from "./read-header.ts";

export interface ReadOptions {
  /** Lines that are left out (errors), and a torn last line (warning). Default: nobody is told. */
  onProblem?(problem: Problem): void;
  /** Called before the first exchange of each part. */
  onHeader?(header: CassetteHeader): void;
}

/** An exchange, and where it stands. */
export interface PlacedExchange {
  exchange: RecordedExchange;
  file: string;
  line: number;
  /** In bytes, without the line feed. */
  offset: number;
  length: number;
}

/**
 * The exchanges of a cassette and of the further parts of its recording, in order, one at a time: files may be larger than
 * memory. Lines that cannot be used are left out and told. Throws a UserError when there is no such file, when it is no
 * cassette, or when a newer version wrote it.
 */
export async function* readCassette(path: string, options: ReadOptions = {}): AsyncGenerator<RecordedExchange> {
  let recording: string | undefined;
  for (let part = 1; part === 1 || existsSync(partPath(path, part)); part++) {
    const file = partPath(path, part);
    let another = false;
    const onHeader = (header: CassetteHeader) => {
      recording ??= header.recording;
      // Left behind by an earlier recording of the same name.
      another = header.recording !== recording;
      if (!another) options.onHeader?.(header);
    };
    for await (const { exchange } of readPart(file, { ...options, onHeader })) {
      if (another) return;
      yield exchange;
    }
    if (another) return;
  }
}

/** The exchanges of one file. */
export async function* readPart(file: string, options: ReadOptions = {}): AsyncGenerator<PlacedExchange> {
  const seen = new Set<string>();
  const tell = (line: FileLine, message: string, severity: Problem["severity"] = "error") =>
    options.onProblem?.({ file, line: line.number, column: 1, message, severity });
  for await (const line of openLines(file)) {
    if (line.number === 1) {
      options.onHeader?.(parseHeader(line, file));
      continue;
    }
    if (line.text?.trim() === "") continue;
    const exchange = parseExchange(line.text);
    if (typeof exchange === "string") {
      if (line.closed) tell(line, `${exchange}; left out`);
      else tell(line, "the last line is torn, as after a kill; left out", "warning");
    } else if (seen.has(exchange.id)) {
      tell(line, `${exchange.id} stands here a second time; left out`);
    } else {
      seen.add(exchange.id);
      yield { exchange, file, line: line.number, offset: line.offset, length: line.length };
    }
  }
}

/** At least one line, so that an empty file is told to be no cassette. */
async function* openLines(file: string): AsyncGenerator<FileLine> {
  let any = false;
  try {
    for await (const line of linesOf(file)) {
      any = true;
      yield line;
    }
  } catch (error) {
    throw error instanceof UserError ? error : cannotRead(file, error);
  }
  if (!any) parseHeader(undefined, file);
}
