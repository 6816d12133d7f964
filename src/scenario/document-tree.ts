import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, type YAMLMap } from "yaml";
import type { Path, Places } from "./places.ts";
import type { ProblemList } from "./problem-list.ts";

interface Reading {
  places: Places;
  problems: ProblemList;
  source: string;
}

/** Deeper than anything a scenario can say; keeps the walks that follow off the stack's end. */
const DEEPEST = 32;

/** Turns nodes into plain values. Only maps with text keys, lists and scalars get through; the rest is reported. */
export function readTree(root: ParsedNode | null, reading: Reading): unknown {
  return readNode(root, [], reading);
}

function readNode(node: Node | null | undefined, path: Path, reading: Reading): unknown {
  const offset = node?.range?.[0] ?? (path.length === 0 ? 0 : reading.places.keyAt(path));
  if (path.length === 0) reading.places.set(path, { key: undefined, value: offset });
  if (node === null || node === undefined) return null;
  if (path.length > DEEPEST) {
    reading.problems.add(offset, `nested more than ${DEEPEST} levels deep`);
    return null;
  }
  if (isAlias(node)) {
    reading.problems.add(offset, `aliases (*${node.source}) are not supported`, { hint: "write the value again" });
    reading.problems.mute(offset, offset + 1);
    return null;
  }
  if (node.tag !== undefined && hasTag(node)) {
    reading.problems.add(offset, `tags (${shortTag(node.tag)}) are not supported`, { hint: "remove the tag" });
  }
  if (isMap(node)) return readMap(node, path, reading);
  if (isSeq(node)) {
    return node.items.map((item, index) => {
      const child = item as Node | null;
      const inner = [...path, index];
      reading.places.set(inner, { key: undefined, value: child?.range?.[0] ?? offset });
      return readNode(child, inner, reading);
    });
  }
  return isScalar(node) ? scalarValue(node.value) : null;
}

function readMap(map: YAMLMap, path: Path, reading: Reading): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const pair of map.items) {
    const { key, offset } = keyOf(pair, map, reading);
    if (key === undefined) continue;
    if (seen.has(key)) {
      reading.problems.add(offset, `"${key}" stands here twice`, { hint: "remove one of the two" });
      continue;
    }
    seen.add(key);
    const child = pair.value as Node | null;
    const inner = [...path, key];
    // An empty value has its place right behind the key's colon, where nobody would look.
    reading.places.set(inner, { key: offset, value: isEmpty(child) ? offset : (child?.range?.[0] ?? offset) });
    value[key] = readNode(child, inner, reading);
  }
  return value;
}

function keyOf(pair: Pair, map: YAMLMap, reading: Reading): { key: string | undefined; offset: number } {
  const node = pair.key as Node | null;
  const offset = node?.range?.[0] ?? map.range?.[0] ?? 0;
  if (node === null || !isScalar(node) || typeof node.value !== "string" || node.value === "__proto__") {
    const written = reading.source.slice(offset, node?.range?.[1] ?? offset).slice(0, 40);
    reading.problems.add(offset, `a key must be a text${written === "" ? "" : `, not ${written}`}`);
    return { key: undefined, offset };
  }
  if (node.value === "<<") {
    reading.problems.add(offset, "merges (<<) are not supported", { hint: "write the keys again" });
    return { key: undefined, offset };
  }
  return { key: node.value, offset };
}

function scalarValue(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && node.source === "");
}

/** The parser notes a tag on every node that has one written; the default ones stay undefined. */
function hasTag(node: Node): boolean {
  return typeof node.tag === "string";
}

function shortTag(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, "!!").slice(0, 40);
}
