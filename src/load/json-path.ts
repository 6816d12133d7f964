import { UserError } from "../core/errors.ts";

const STEP = /\.([^.[\]]+)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/y;

/** Reads `$.a.b[0]`: names after dots, numbers or quoted names in brackets. A part that is not there gives undefined. Throws a UserError for anything else. */
export function compileJsonPath(path: string): (value: unknown) => unknown {
  const steps = parseSteps(path);
  return (value) => {
    let here = value;
    for (const step of steps) {
      if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return undefined;
      here = (here as Record<string, unknown>)[step];
    }
    return here;
  };
}

function parseSteps(path: string): string[] {
  const steps: string[] = [];
  let at = 1;
  while (path.startsWith("$") && at < path.length) {
    STEP.lastIndex = at;
    const step = STEP.exec(path);
    if (step === null) break;
    steps.push(step[1] ?? step[2] ?? step[3] ?? step[4] ?? "");
    at = STEP.lastIndex;
  }
  if (path.startsWith("$") && at === path.length) return steps;
  throw new UserError(`"${path}" is not a JSON path this program reads`, {
    hint: "write $.a.b[0]: names after dots, numbers in brackets",
  });
}
