import { type Document, isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { InvalidFileError, type Problem } from "../../core/errors.ts";
import { didYouMean } from "../../core/text.ts";
import { STUB_ERRORS, type StubProfile, stubProfileSchema } from "./profile.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Reads a stub profile (YAML). `file` is the name that problems carry. Throws InvalidFileError with all of them. */
export function parseStubProfile(text: string, file: string): StubProfile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problem = (offset: number, message: string, hint?: string): Problem => {
    const { line, col } = lines.linePos(offset);
    const place = { file, line: Math.max(1, line), column: Math.max(1, col) };
    return { ...place, message, severity: "error", ...(hint === undefined ? {} : { hint }) };
  };
  if (document.errors.length > 0) {
    throw new InvalidFileError(document.errors.map((error) => problem(error.pos[0], error.message)));
  }
  const parsed = stubProfileSchema.safeParse(toValue(document, (message) => problem(0, message)));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .flatMap((issue) => problemsOf(issue, []))
    .map((each) => place(document, each, problem));
  throw new InvalidFileError(problems.toSorted((a, b) => a.line - b.line || a.column - b.column));
}

/** An empty file is a profile of defaults. */
function toValue(document: Document, problem: (message: string) => Problem): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    // An unknown or exploding alias.
    throw new InvalidFileError([problem(error instanceof Error ? error.message : String(error))]);
  }
}

interface Found {
  path: Path;
  /** Set when the key itself is wrong, not its value. */
  key?: string;
  message: string;
  hint?: string;
}

function problemsOf(issue: Issue, before: Path): Found[] {
  const path = [...before, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    // A model has the same keys as the whole.
    const known = KNOWN_KEYS[(path[0] === "models" ? ["models", ...path.slice(2)] : path).map(String).join(".")] ?? [];
    return issue.keys.map((key) => {
      const meant = didYouMean(key, known);
      const hint = meant === undefined ? `known: ${known.join(", ")}` : `did you mean "${meant}"?`;
      return { path, key, message: `"${key}" is not known here`, ...(known.length > 0 ? { hint } : {}) };
    });
  }
  if (isMissing(issue)) return [{ path, message: "is missing" }];
  if (issue.code !== "invalid_union") return [{ path, message: issue.message }];
  const branch = nearestBranch(issue.errors);
  if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path));
  const spread = path.includes("output_tokens") ? SPREADS.tokens : SPREADS.duration;
  return [{ path, message: `is not ${spread.what}`, hint: spread.hint }];
}

const BEHAVIOUR_KEYS = ["ttft", "inter_token", "output_tokens", "tool_calls", "errors"] as const;
const KNOWN_KEYS: Record<string, readonly string[]> = {
  "": [...BEHAVIOUR_KEYS, "capacity", "models"],
  errors: STUB_ERRORS,
  models: BEHAVIOUR_KEYS,
  "models.errors": STUB_ERRORS,
  capacity: ["concurrency", "queue"],
};

const SPREADS = {
  tokens: {
    what: "a number of tokens",
    hint: "write 30, { uniform: [20, 60] } or { lognormal: { median: 30, sigma: 0.4 } }",
  },
  duration: {
    what: "a duration or a spread of durations",
    hint: "write 200ms, { uniform: [100ms, 300ms] }, or normal, lognormal or pareto",
  },
};

/** Of the shapes that were tried, the one the user wrote: its issues lie deepest, or it alone says more than "wrong type". */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const spoken = branches.find((issues) => issues.some((issue) => issue.code === "custom"));
  const deep = branches.find((issues) => issues.every((issue) => issue.path.length > 0) && !missesItsKey(issues));
  return deep ?? spoken;
}

function missesItsKey(issues: readonly Issue[]): boolean {
  return issues.some((issue) => issue.path.length === 1 && isMissing(issue));
}

/** zod leaves the input out of its issues; only the message tells a missing value from a wrong one. */
function isMissing(issue: Issue): boolean {
  return issue.code === "invalid_type" && issue.message.endsWith("received undefined");
}

function place(document: Document, found: Found, problem: (offset: number, message: string, hint?: string) => Problem) {
  const name = found.path.map(String).join(".");
  const message = found.key === undefined && name !== "" ? `${name}: ${found.message}` : found.message;
  return problem(offsetOf(document, found), message, found.hint);
}

function offsetOf(document: Document, { path, key }: Found): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    if (typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
}
