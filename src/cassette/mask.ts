import { SECRET_MARK, type TextPlace } from "../core/secrets.ts";

const MARK = Buffer.from(SECRET_MARK);

/** The same chunks with a mark in place of every secret, also of those that a border between chunks cuts in two. */
export function maskChunks(chunks: readonly Uint8Array[], find: (text: string) => readonly TextPlace[]): Uint8Array[] {
  const found = find(chunks.map(latin1).join(""));
  if (found.length === 0) return [...chunks];
  const places = merged(found);
  let start = 0;
  return chunks.map((chunk) => {
    const masked = maskOne(chunk, start, places);
    start += chunk.length;
    return masked;
  });
}

/** The mark stands in the chunk in which its secret begins. `start`: where the chunk begins in the whole. */
function maskOne(chunk: Uint8Array, start: number, places: readonly TextPlace[]): Uint8Array {
  const end = start + chunk.length;
  const parts: Uint8Array[] = [];
  let at = start;
  for (const { from, to } of places) {
    if (to <= start || from >= end) continue;
    if (from > at) parts.push(chunk.subarray(at - start, from - start));
    if (from >= start) parts.push(MARK);
    at = Math.min(to, end);
  }
  if (at === start && parts.length === 0) return chunk;
  parts.push(chunk.subarray(at - start));
  return Buffer.concat(parts);
}

/** In order, those that touch as one. */
function merged(places: readonly TextPlace[]): TextPlace[] {
  const found: TextPlace[] = [];
  for (const { from, to } of [...places].sort((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last !== undefined && from < last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  }
  return found;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
