import type { Asked } from "./fingerprint.ts";
import { isRecord, normalisedBody, operationOf } from "./fingerprint.ts";
import type { JsonPath } from "./json-path.ts";

/** Beyond this many two requests have nothing to do with each other. */
const MOST_PATHS = 50;

/** Where two requests differ, as JSON paths and never with their texts. Empty: they are the same to a look-up that normalises. */
export function differences(a: Asked, b: Asked, ignored: readonly JsonPath[]): string[] {
  const found: string[] = [];
  if (operationOf(a.path) !== operationOf(b.path)) found.push("the path");
  if (a.model !== b.model) found.push("the model");
  if (a.stream !== b.stream) found.push("streamed or not");
  compareAt(normalised(a, ignored), normalised(b, ignored), { path: "$", found });
  return found.filter((path) => path !== "$.model" && path !== "$.stream");
}

function normalised({ body }: Asked, ignored: readonly JsonPath[]): unknown {
  try {
    return JSON.parse(normalisedBody(JSON.parse(body), ignored) ?? body);
  } catch {
    return body;
  }
}

function compareAt(a: unknown, b: unknown, place: { path: string; found: string[] }): void {
  const { path, found } = place;
  if (found.length >= MOST_PATHS || a === b) return;
  if (Array.isArray(a) && Array.isArray(b)) compareLists(a, b, place);
  else if (isRecord(a) && isRecord(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
      compareAt(a[name], b[name], { path: `${path}.${name}`, found });
    }
  } else found.push(path);
}

function compareLists(
  a: readonly unknown[],
  b: readonly unknown[],
  { path, found }: { path: string; found: string[] },
) {
  if (a.length !== b.length) found.push(`${path} (its length)`);
  for (const [i, one] of a.entries()) if (i < b.length) compareAt(one, b[i], { path: `${path}[${i}]`, found });
}
