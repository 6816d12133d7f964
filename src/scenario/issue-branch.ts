import type { core } from "zod";
import { didYouMean } from "../core/text.ts";

/** A branch whose very type is another one was not meant. */
const OTHER_KIND = 100;
const WRONG_KEY = 10;
const MISSPELT_KEY = 2;

/**
 * The branch of a union that the user most likely meant, judged by what is wrong with it. Undefined when none is nearer
 * than the others, so that the union as a whole is the better thing to name.
 */
export function bestBranch(
  branches: readonly (readonly core.$ZodIssue[])[],
  { knownKeys, value }: { knownKeys: readonly string[]; value: unknown },
): readonly core.$ZodIssue[] | undefined {
  const scored = branches
    .filter((branch) => branch.length > 0)
    .map((branch) => ({ branch, cost: sum(branch.map((issue) => costOf(issue, branch))) }))
    .sort((a, b) => a.cost - b.cost);
  const [first, second] = scored;
  if (first === undefined || first.cost >= OTHER_KIND)
    return branches.find((branch) => isMisspelt(branch, value)) ?? customOf(first?.branch);
  if (second === undefined || second.cost > first.cost) return first.branch;
  return sharedUnknownKeys(first.branch, knownKeys);
}

/** Several branches fit equally badly: all that is certain is the keys that none of them knows. */
function sharedUnknownKeys(branch: readonly core.$ZodIssue[], knownKeys: readonly string[]) {
  const unknown = branch.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0
      ? [{ ...issue, keys: issue.keys.filter((key) => !knownKeys.includes(key)) }]
      : [],
  );
  const [first] = unknown;
  if (first !== undefined && first.keys.length > 0) return unknown;
  return branch.some((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys") ? undefined : branch;
}

/** A word that is nearly one of those allowed. */
function isMisspelt(branch: readonly core.$ZodIssue[], value: unknown): boolean {
  return branch.some(
    (issue) =>
      issue.code === "invalid_value" &&
      issue.path.length === 0 &&
      typeof value === "string" &&
      didYouMean(value, issue.values.map(String)) !== undefined,
  );
}

/** A message of our own says more than the name of the union. */
function customOf(branch: readonly core.$ZodIssue[] | undefined) {
  return branch?.every((issue) => issue.code === "custom") ? branch : undefined;
}

function costOf(issue: core.$ZodIssue, branch: readonly core.$ZodIssue[]): number {
  if (issue.path.length === 0) {
    if (issue.code === "unrecognized_keys") {
      const missing = branch.flatMap((other) => (isMissingKey(other) ? [String(other.path[0])] : []));
      return sum(issue.keys.map((key) => (didYouMean(key, missing) === undefined ? WRONG_KEY : MISSPELT_KEY)));
    }
    return issue.code === "custom" ? 1 : OTHER_KIND;
  }
  return isMissingKey(issue) ? WRONG_KEY : 1;
}

function isMissingKey(issue: core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 1 && issue.message.includes("received undefined");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
