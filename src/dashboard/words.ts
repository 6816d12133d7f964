const DIMENSIONS: Readonly<Record<string, string>> = {
  rpm: "requests/min",
  tpm: "tokens/min",
  rpd: "requests/day",
  tpd: "tokens/day",
  itpm: "input tokens/min",
  otpm: "output tokens/min",
  images: "images/min",
  concurrency: "calls at once",
};

/** What a limit counts, in the words of the page. Other names (a trouble without a dimension) are said as they are. */
export function dimensionWords(dimension: string): string {
  return DIMENSIONS[dimension] ?? dimension.replaceAll("_", " ");
}

/** `2:14`, `1:02:14`. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const pad = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const rest = pad(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${rest}`;
}

/** `0.9 s`, `12 s`, `2:14` from a minute on; short enough for a label. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 59_500 ? `${Math.round(ms / 1_000)} s` : clockTime(ms);
}

/** `850`, `29.8k`, `2.4M`. */
export function shortCount(value: number): string {
  if (Math.abs(value) < 1_000) return String(Math.round(value));
  if (Math.abs(value) < 999_950) return `${trim((value / 1_000).toFixed(1))}k`;
  return `${trim((value / 1_000_000).toFixed(1))}M`;
}

function trim(text: string): string {
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}
