import { formatProblem, type Problem } from "../core/errors.ts";
import { validateFile } from "../scenario/index.ts";
import { paint } from "./style.ts";

/** `llm-chaos validate <file…>`: every problem of every file in one pass. */
export function validateCommand(files: readonly string[], flags: { json?: boolean }): number {
  const problems: Problem[] = files.flatMap((file) => validateFile(file, process.env));
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
