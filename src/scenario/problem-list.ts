import type { Problem } from "../core/errors.ts";

export interface ProblemExtras {
  hint?: string | undefined;
  severity?: Problem["severity"];
}

/** Most problems that one file shows; a file with more is not a scenario. */
const MOST = 100;

type LinePos = (offset: number) => { line: number; col: number };

/** Gathers the problems of a file by offset, and of the files it extends behind it, so that one pass shows everything. */
export class ProblemList {
  readonly file: string;
  /** In the order of their offsets: the file itself from 0. */
  readonly #files: { from: number; file: string; linePos: LinePos }[];
  readonly #found: Problem[] = [];
  readonly #muted: [from: number, to: number][] = [];
  readonly #filled = new Map<string, string>();

  constructor(file: string, linePos: LinePos) {
    this.file = file;
    this.#files = [{ from: 0, file, linePos }];
  }

  /** From `shift` on, offsets mean the other list's files; what it found so far is found here too. */
  absorb(other: ProblemList, shift: number): void {
    this.#files.push(...other.#files.map((one) => ({ ...one, from: one.from + shift })));
    for (const problem of other.#found) if (!this.isFull) this.#found.push(problem);
    for (const [from, to] of other.#muted) this.mute(from + shift, to + shift);
  }

  add(offset: number, message: string, { hint, severity = "error" }: ProblemExtras = {}): void {
    if (this.isFull || this.#muted.some(([from, to]) => offset >= from && offset < to)) return;
    const { file, line, col } = this.#spotOf(offset);
    const problem: Problem = { file, line: Math.max(1, line), column: Math.max(1, col), message, severity };
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
    return this.#spotOf(offset).line;
  }

  /** The file in which something stands. */
  fileAt(offset: number): string {
    return this.#spotOf(offset).file;
  }

  get isFull(): boolean {
    return this.#found.length >= MOST;
  }

  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === "error");
  }

  /** In the order of the files, and of each file. */
  list(): Problem[] {
    const order = (problem: Problem) => this.#files.findIndex(({ file }) => file === problem.file);
    return this.#found
      .map((problem) => ({ ...problem, message: this.#clean(problem.message) }))
      .sort((a, b) => order(a) - order(b) || a.line - b.line || a.column - b.column);
  }

  #spotOf(offset: number): { file: string; line: number; col: number } {
    const one = this.#files.findLast(({ from }) => from <= offset);
    if (one === undefined) return { file: this.file, line: 1, col: 1 };
    return { file: one.file, ...one.linePos(offset - one.from) };
  }

  #clean(message: string): string {
    let clean = message;
    for (const [value, placeholder] of this.#filled) clean = clean.replaceAll(value, placeholder);
    return clean;
  }
}

function isSame(a: Problem, b: Problem): boolean {
  return a.file === b.file && a.line === b.line && a.column === b.column && a.message === b.message;
}
