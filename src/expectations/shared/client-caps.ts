import { formatDuration } from "../../core/units.ts";

/** Up to which announced wait client libraries wait; measured or read in their sources in November 2026. */
const KNOWN = [
  { capMs: 60_000, of: "openai for Node 7, the Vercel AI SDK 7 and anthropic for Python" },
  { capMs: 120_000, of: "openai for Python" },
] as const;

/** Fewer on either side may be an accident. */
const LEAST = 2;

interface Wait {
  announcedMs: number;
  waitedMs: number;
}

/**
 * An app whose client library does not follow announced waits above a cap of its own: all short ones are respected and
 * all long ones are not. Recognised by that alone. Undefined when the early ones are not told by their length.
 */
export function clientCap(early: readonly Wait[], respected: readonly Wait[]): string | undefined {
  if (early.length < LEAST || respected.length < LEAST) return undefined;
  const longest = Math.max(...respected.map(({ announcedMs }) => announcedMs));
  const shortest = Math.min(...early.map(({ announcedMs }) => announcedMs));
  if (longest >= shortest) return undefined;
  const waited = early.map(({ waitedMs }) => waitedMs);
  const [least, most] = [Math.min(...waited), Math.max(...waited)];
  const back = least === most ? formatDuration(least) : `${formatDuration(least)} to ${formatDuration(most)}`;
  const what = `waits up to ${formatDuration(longest)} are respected, from ${formatDuration(shortest)} on it is back after ${back}`;
  if (least >= longest) return `${what}: the client library cuts a wait short`;
  const known = KNOWN.filter(({ capMs }) => capMs >= longest && capMs <= shortest);
  const like = known.map(({ capMs, of }) => `${formatDuration(capMs)} as in ${of}`).join(", or ");
  return `${what}: the client library ignores longer ones${like === "" ? "" : ` (${like})`}`;
}
