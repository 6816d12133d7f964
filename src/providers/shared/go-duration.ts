/** Whole milliseconds, rounded up so that whoever waits as told is never early; the margin swallows float dust. */
export function wholeMs(ms: number): number {
  return Math.max(0, Math.ceil(ms - 1e-6));
}

/** The text of Go's `time.Duration`, which OpenAI prints: `8ms`, `9.816s`, `6m0s`, `1h2m3s`. */
export function goDuration(ms: number): string {
  const whole = wholeMs(ms);
  if (whole === 0) return "0s";
  if (whole < 1_000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1_000;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}
