import type { Problem } from "../core/errors.ts";

export interface ProblemExtras {
  hint?: string | undefined;
  severity?: Problem["severity"];
}

/** Most problems that one file shows; a file with more is not a scenario. */
const MOST = 100;

/** Gathers the problems of one file by offset, so that one pass shows everything. */
export class ProblemList {
  readonly file: string;
  readonly #linePos: (offset: number) => { line: number; col: number };
  readonly #found: Problem[] = [];
  readonly #muted: [from: number, to: number][] = [];
  readonly #filled = new Map<string, string>();

  constructor(file: string, linePos: (offset: number) => { line: number; col: number }) {
    this.file = file;
    this.#linePos = linePos;
  }

  add(offset: number, message: string, { hint, severity = "error" }: ProblemExtras = {}): void {
    if (this.isFull || this.#muted.some(([from, to]) => offset >= from && offset < to)) return;
    const { line, col } = this.#linePos(offset);
    const problem: Problem = { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message, severity };
    if (hint !== undefined) problem.hint = hint;
    if (!this.#found.some((other) => isSame(other, problem))) this.#found.push(problem);
  }

  /** What stands here was reported already; its value means nothing. */
  mute(from: number, to: number): void {
    this.#muted.push([from, to]);
  }

  /** A value that came from the environment may be a secret: messages show the placeholder instead. */
  hide(value: string, placeholder: string): void {
    if (value.length >= 4) this.#filled.set(value, placeholder);
  }

  lineOf(offset: number): number {
    return this.#linePos(offset).line;
  }

  get isFull(): boolean {
    return this.#found.length >= MOST;
  }

  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === "error");
  }

  /** In the order of the file. */
  list(): Problem[] {
    return this.#found
      .map((problem) => ({ ...problem, message: this.#clean(problem.message) }))
      .sort((a, b) => a.line - b.line || a.column - b.column);
  }

  #clean(message: string): string {
    let clean = message;
    for (const [value, placeholder] of this.#filled) clean = clean.replaceAll(value, placeholder);
    return clean;
  }
}

function isSame(a: Problem, b: Problem): boolean {
  return a.line === b.line && a.column === b.column && a.message === b.message;
}
