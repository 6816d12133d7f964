/** Whether some text matches both patterns; `*` stands for any run of characters. */
export function globsOverlap(a: string, b: string): boolean {
  // reachable[j]: the texts matched by a[0..i] and b[0..j] have one in common.
  let reachable = Array.from({ length: b.length + 1 }, (_, j) => [...b.slice(0, j)].every((char) => char === "*"));
  for (const char of a) {
    const next: boolean[] = [];
    for (let j = 0; j <= b.length; j++) {
      const other = b[j - 1];
      next.push(
        (char === "*" && (reachable[j] || next[j - 1] || false)) ||
          (other === "*" && (reachable[j] || next[j - 1] || false)) ||
          (char === other && (reachable[j - 1] ?? false)),
      );
    }
    reachable = next;
  }
  return reachable[b.length] ?? false;
}
