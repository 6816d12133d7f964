import type { Playback } from "./playback.ts";

/** Keeps what was used last, up to so many bytes. */
export function createShelf(maxBytes: number) {
  const kept = new Map<string, Playback>();
  let bytes = 0;
  return {
    get(key: string): Playback | undefined {
      const playback = kept.get(key);
      if (playback === undefined) return undefined;
      kept.delete(key);
      kept.set(key, playback);
      return playback;
    },
    put(key: string, playback: Playback): void {
      if (playback.bytes > maxBytes / 4 || kept.has(key)) return;
      kept.set(key, playback);
      bytes += playback.bytes;
      for (const [oldest, { bytes: size }] of kept) {
        if (bytes <= maxBytes) return;
        kept.delete(oldest);
        bytes -= size;
      }
    },
  };
}
