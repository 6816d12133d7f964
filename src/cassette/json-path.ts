import { UserError } from "../core/errors.ts";

/** The steps of a path: a name, a place in a list, or every member. */
export type JsonPath = readonly (string | number | typeof EVERY)[];

const EVERY = Symbol("every");
const STEP = /\.\*|\.([^.[\]*]+)|\[(\d+)\]|\[\*\]|\["([^"]*)"\]|\['([^']*)'\]/y;

/** Reads `$.messages[*].content`: names after dots or quoted in brackets, numbers or * in brackets. Throws a UserError for anything else. */
export function parseJsonPath(path: string): JsonPath {
  const steps: (string | number | typeof EVERY)[] = [];
  let at = path.startsWith("$") ? 1 : -1;
  while (at > 0 && at < path.length) {
    STEP.lastIndex = at;
    const found = STEP.exec(path);
    if (found === null) break;
    const name = found[1] ?? found[3] ?? found[4];
    steps.push(name ?? (found[2] === undefined ? EVERY : Number(found[2])));
    at = STEP.lastIndex;
  }
  if (at === path.length && steps.length > 0) return steps;
  throw new UserError(`"${path}" is not a JSON path this program reads`, {
    hint: "write $.messages[*].content: names after dots, numbers or * in brackets",
  });
}

export function isEvery(step: JsonPath[number] | undefined): boolean {
  return step === EVERY;
}

/** A copy in which every value that the path addresses is replaced. `at` gets the value and where it stands: names and places. */
export function replaceAt(
  value: unknown,
  path: JsonPath,
  replace: (value: unknown, at: readonly (string | number)[]) => unknown,
): unknown {
  const walk = (here: unknown, depth: number, at: readonly (string | number)[]): unknown => {
    const step = path[depth];
    if (step === undefined) return replace(here, at);
    if (Array.isArray(here)) {
      if (typeof step === "string") return here;
      return here.map((one, i) => (step === EVERY || step === i ? walk(one, depth + 1, [...at, i]) : one));
    }
    if (typeof here !== "object" || here === null || typeof step === "number") return here;
    return Object.fromEntries(
      Object.entries(here).map(([name, one]) => [
        name,
        step === EVERY || step === name ? walk(one, depth + 1, [...at, name]) : one,
      ]),
    );
  };
  return walk(value, 0, []);
}

/** A copy without the values that the paths address; in lists their places stay, empty. */
export function withoutPaths(value: unknown, paths: readonly JsonPath[]): unknown {
  return paths.reduce((rest: unknown, path) => replaceAt(rest, path, () => null), value);
}
