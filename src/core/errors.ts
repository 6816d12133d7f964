/** One thing that is wrong in a file, and where. */
export interface Problem {
  file: string;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
  message: string;
  /** What was probably meant, or what to do. */
  hint?: string;
  severity: "error" | "warning";
}

/** The exit codes of the contract. Precedence when several apply: usage and broken, then stopped, failed, inconclusive. */
export const ExitCode = {
  passed: 0,
  failed: 1,
  usage: 2,
  inconclusive: 3,
  stopped: 4,
  broken: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An error whose message is written for the user: what is wrong, where, and what to do. Printed without a stack trace. */
export class UserError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; exitCode?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "UserError";
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? ExitCode.usage;
  }
}

/** A file with problems. All of them are carried, so that one pass shows everything. */
export class InvalidFileError extends UserError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.name = "InvalidFileError";
    this.problems = problems;
  }
}

export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const hint = problem.hint === undefined ? "" : ` (${problem.hint})`;
  return `${place}: ${problem.severity}: ${problem.message}${hint}`;
}
