import { writeFileSync } from "node:fs";
import { calibrate } from "../calibrate/index.ts";
import { formatProblem, UserError } from "../core/errors.ts";
import { paint } from "./style.ts";

/** `llm-chaos calibrate <cassette>`: the profile goes to `--out` or stdout, what it was fitted to beside what it gives to the other. */
export async function calibrateCommand(cassette: string, flags: { out?: string; json?: boolean }): Promise<number> {
  const { profile, lines, models, problems, unread } = await calibrate(cassette);
  for (const problem of problems) process.stderr.write(`${paint("yellow", formatProblem(problem))}\n`);
  if (unread > 0) process.stderr.write(`${unread} recorded calls could not be read, and are left out\n`);
  const report = flags.json === true ? `${JSON.stringify(models, null, 2)}\n` : `${lines.join("\n")}\n`;
  if (flags.out === undefined) {
    process.stderr.write(report);
    process.stdout.write(profile);
    return 0;
  }
  writeProfile(flags.out, profile);
  process.stdout.write(report);
  process.stderr.write(`wrote ${flags.out}; use it: llm-chaos proxy --upstream stub:${flags.out}\n`);
  return 0;
}

function writeProfile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new UserError(`--out ${path} cannot be written: ${code}`, { cause: error });
  }
}
