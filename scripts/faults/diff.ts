/** Lines of context around a change. */
const CONTEXT = 1;

/** What changed between two lists of lines, as a unified diff without its numbers; `…` stands for lines that stayed. */
export function diffLines(before: readonly string[], after: readonly string[]): string[] {
  const marked = align(before, after);
  const near = (index: number) =>
    marked.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => !line.startsWith(" "));
  const lines: string[] = [];
  for (const [index, line] of marked.entries()) {
    if (near(index)) lines.push(line);
    else if (lines.at(-1) !== "  …") lines.push("  …");
  }
  return lines;
}

/** By the longest common subsequence; the lists are short. */
function align(before: readonly string[], after: readonly string[]): string[] {
  const lengths = before.map(() => after.map(() => 0));
  const length = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[];
      row[j] = before[i] === after[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      lines.push(`  ${before[i]}`);
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && length(i + 1, j) >= length(i, j + 1))) {
      lines.push(`- ${before[i++]}`);
    } else lines.push(`+ ${after[j++]}`);
  }
  return lines;
}
