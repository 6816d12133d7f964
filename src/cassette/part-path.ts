/** `tape.jsonl` → `tape.2.jsonl`; the first part has the name itself. */
export function partPath(path: string, part: number): string {
  if (part === 1) return path;
  const dot = /\.[^./\\]+$/.exec(path);
  return dot === null ? `${path}.${part}` : `${path.slice(0, dot.index)}.${part}${dot[0]}`;
}
