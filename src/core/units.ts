const DURATION_UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d[\d_]*(?:\.\d+)?)(ms|s|m|h|d)/;

/** `250ms`, `2s`, `1.5m`, `6m0s`, `1h`. A bare number is refused: a unit belongs to it. Milliseconds, or undefined when it is no duration. */
export function parseDuration(text: string): number | undefined {
  let rest = text.trim();
  if (rest === "0") return 0;
  let total: number | undefined;
  while (rest !== "") {
    const part = DURATION.exec(rest);
    if (!part) return undefined;
    total = (total ?? 0) + Number(part[1]?.replaceAll("_", "")) * (DURATION_UNITS[part[2] ?? ""] ?? Number.NaN);
    rest = rest.slice(part[0].length);
  }
  return total;
}

/** `5%` or `0.05` as a share of 1. */
export function parseShare(value: string | number): number | undefined {
  if (typeof value === "number") return value >= 0 ? value : undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(value.trim());
  if (!match) return undefined;
  return match[2] === "%" ? Number(match[1]) / 100 : Number(match[1]);
}

/** `30_000` or 30000. */
export function parseCount(value: string | number): number | undefined {
  const number =
    typeof value === "number"
      ? value
      : /^\d[\d_]*$/.test(value.trim())
        ? Number(value.replaceAll("_", ""))
        : Number.NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** `$0.50` or 0.5, in US dollars; never negative. */
export function parseMoney(value: string | number): number | undefined {
  const number =
    typeof value === "number"
      ? value
      : Number(/^\$?(\d[\d_]*(?:\.\d+)?)$/.exec(value.trim())?.[1]?.replaceAll("_", ""));
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** Short and readable: `0 ms`, `850 ms`, `2.4 s`, `1 min 30 s`, `2 h`. For people, not for the wire. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  // Rounded to the smallest unit that is shown before it is split, so that no "1 min 60 s" comes out.
  const seconds = Math.round(ms / 1_000);
  if (Math.round(ms / 100) < 600) return `${trimZeros((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`;
  if (seconds < 3_600) return split(seconds, ["min", "s"]);
  return split(Math.round(ms / 60_000), ["h", "min"]);
}

function split(small: number, [largeUnit, smallUnit]: [string, string]): string {
  const rest = small % 60;
  return `${Math.floor(small / 60)} ${largeUnit}${rest === 0 ? "" : ` ${rest} ${smallUnit}`}`;
}

/** `12.3 %`; whole numbers above 10. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : trimZeros(percent.toFixed(1))} %`;
}

/** Thousands separated by a thin gap that also survives in plain text: `30,000`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `$0.0123`, `$12.30`: small amounts keep the digits that tell them apart. */
export function formatUsd(usd: number): string {
  if (usd === 0) return "$0";
  if (Math.abs(usd) >= 1) return `$${usd.toFixed(2)}`;
  const digits = Math.min(8, Math.max(2, 2 - Math.floor(Math.log10(Math.abs(usd)))));
  return `$${usd.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1")}`;
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
