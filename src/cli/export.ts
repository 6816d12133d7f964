import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { harOf, readCassetteHeader } from "../cassette/index.ts";
import { formatProblem, UserError } from "../core/errors.ts";
import { paint } from "./style.ts";

/** `llm-chaos export <cassette> [-o file]`: a recording as HAR 1.2, for the network panel of a browser. */
export async function exportCommand(cassette: string, flags: { out?: string }): Promise<number> {
  readCassetteHeader(cassette);
  const onProblem = (problem: Parameters<typeof formatProblem>[0]) =>
    process.stderr.write(`${paint("yellow", formatProblem(problem))}\n`);
  const text = Readable.from(harOf(cassette, { onProblem }));
  if (flags.out === undefined) {
    for await (const piece of text) process.stdout.write(piece);
    return 0;
  }
  try {
    await pipeline(text, createWriteStream(flags.out, { flags: "wx", mode: 0o600 }));
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const exists = error.code === "EEXIST";
    throw new UserError(`${flags.out} ${exists ? "exists already" : `cannot be written: ${error.code}`}`, {
      hint: "choose another file with -o",
      cause: error,
    });
  }
  process.stderr.write(`wrote  ${flags.out}: a browser's network panel imports it\n`);
  return 0;
}
