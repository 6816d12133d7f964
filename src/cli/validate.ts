import { readFileSync } from "node:fs";
import { looksLikeCassette, validateCassette } from "../cassette/index.ts";
import { formatProblem, InvalidFileError, type Problem } from "../core/errors.ts";
import { validateFile } from "../scenario/index.ts";
import { parseStubProfile } from "../upstreams/index.ts";
import { paint } from "./style.ts";

/** `llm-chaos validate <file…>`: every problem of every file in one pass. */
export async function validateCommand(files: readonly string[], flags: { json?: boolean }): Promise<number> {
  const problems: Problem[] = (await Promise.all(files.map(problemsOf))).flat();
  const errors = problems.filter((problem) => problem.severity === "error").length;
  if (flags.json === true) process.stdout.write(`${JSON.stringify(problems, null, 2)}\n`);
  else {
    for (const problem of problems)
      process.stdout.write(
        `${paint(problem.severity === "error" ? "red" : "yellow", formatProblem(problem), process.stdout)}\n`,
      );
    const warnings = problems.length - errors;
    process.stdout.write(
      `${files.length} ${files.length === 1 ? "file" : "files"}, ${errors} ${errors === 1 ? "error" : "errors"}, ${warnings} ${warnings === 1 ? "warning" : "warnings"}\n`,
    );
  }
  return errors > 0 ? 2 : 0;
}

/** Keys that only a stub profile has at its top. */
const PROFILE_KEY = /^(ttft|inter_token|output_tokens|tool_calls|capacity|models):/m;

async function problemsOf(file: string): Promise<readonly Problem[]> {
  // Read line by line: it may be larger than memory.
  if (file.endsWith(".jsonl") || looksLikeCassette(file)) return validateCassette(file);
  const text = readIfThere(file);
  if (text === undefined || !PROFILE_KEY.test(text)) return validateFile(file, process.env);
  try {
    parseStubProfile(text, file);
    return [];
  } catch (error) {
    if (error instanceof InvalidFileError) return error.problems;
    throw error;
  }
}

/** A file that cannot be read is a problem that `validateFile` words. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
