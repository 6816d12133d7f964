import type { ReplyContext } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import type { Dimension, DimensionReading, LimitRefusal, RefusalDimension } from "../../core/limits.ts";

/** Header families; what is counted over no time has none. */
type Family = "requests" | "input-tokens" | "output-tokens";

/** This provider counts input and output apart. Whoever counts them together gets its words for input, where nearly all refusals are. */
const FAMILIES: Readonly<Record<Dimension, Family>> = {
  rpm: "requests",
  rpd: "requests",
  itpm: "input-tokens",
  tpm: "input-tokens",
  tpd: "input-tokens",
  otpm: "output-tokens",
};

/**
 * As in `your organization's rate limit of 30,000 input tokens per minute`. Captured for input tokens only; the others are the
 * same sentence by analogy (unverified), and limits per day do not exist at this provider.
 */
export const DIMENSION_PHRASES: Readonly<Record<Exclude<RefusalDimension, "concurrency">, string>> = {
  rpm: "requests per minute",
  rpd: "requests per day",
  itpm: "input tokens per minute",
  tpm: "input tokens per minute",
  tpd: "input tokens per day",
  otpm: "output tokens per minute",
  images: "images per minute",
};

type Shown = Pick<DimensionReading, "limit" | "used" | "resetMs">;
type ShownByFamily = Partial<Record<Family, Shown>>;

/** `anthropic-ratelimit-{requests,input-tokens,output-tokens,tokens}-{limit,remaining,reset}`. */
export function countdownHeaders(readings: readonly DimensionReading[], context: ReplyContext): HeaderList {
  return headersOf(tightest(readings), context);
}

/** The same on a refusal: the refused dimension speaks for its family, so that headers and text agree. */
export function refusalCountdown(
  refusal: LimitRefusal,
  readings: readonly DimensionReading[],
  context: ReplyContext,
): HeaderList {
  const shown = tightest(readings);
  if (refusal.dimension !== "images" && refusal.dimension !== "concurrency") {
    shown[FAMILIES[refusal.dimension]] = { ...refusal, resetMs: timeToFull(refusal) };
  }
  return headersOf(shown, context);
}

function tightest(readings: readonly DimensionReading[]): ShownByFamily {
  const shown: ShownByFamily = {};
  for (const reading of readings) {
    const family = FAMILIES[reading.dimension];
    const other = shown[family];
    if (other === undefined || left(reading) < left(other)) shown[family] = reading;
  }
  return shown;
}

function headersOf(shown: ShownByFamily, context: ReplyContext): string[] {
  const { requests, "input-tokens": input, "output-tokens": output } = shown;
  return [
    ...rows("input-tokens", input, context),
    ...rows("output-tokens", output, context),
    ...rows("requests", requests, context),
    ...totalRows(input, output, context),
  ];
}

function rows(family: string, shown: Shown | undefined, context: ReplyContext): string[] {
  if (shown === undefined) return [];
  const remaining = family === "requests" ? left(shown) : inThousands(left(shown), shown.limit);
  return threeRows(family, { limit: shown.limit, remaining, resetMs: shown.resetMs }, context);
}

/** Input and output together. Of the two resets a captured refusal (whoz-oss/coday#110) shows the earlier one. */
function totalRows(input: Shown | undefined, output: Shown | undefined, context: ReplyContext): string[] {
  if (input === undefined || output === undefined) return [];
  const limit = input.limit + output.limit;
  const remaining = inThousands(left(input), input.limit) + inThousands(left(output), output.limit);
  return threeRows("tokens", { limit, remaining, resetMs: Math.min(input.resetMs, output.resetMs) }, context);
}

function threeRows(
  family: string,
  { limit, remaining, resetMs }: { limit: number; remaining: number; resetMs: number },
  context: ReplyContext,
): string[] {
  const name = `anthropic-ratelimit-${family}`;
  return [
    `${name}-limit`,
    String(limit),
    `${name}-remaining`,
    String(remaining),
    `${name}-reset`,
    wholeSecond(context.wallMs + resetMs),
  ];
}

function left({ limit, used }: Pick<DimensionReading, "limit" | "used">): number {
  return Math.max(0, Math.floor(limit - used));
}

/** Tokens are told "rounded to the nearest thousand" (its rate-limits page); never more than there are at all. */
function inThousands(tokens: number, limit: number): number {
  return Math.min(limit, Math.round(tokens / 1_000) * 1_000);
}

/** RFC 3339, whole seconds, rounded up: at that time the bucket is full. */
function wholeSecond(wallMs: number): string {
  return new Date(Math.ceil(wallMs / 1_000) * 1_000).toISOString().replace(".000Z", "Z");
}

/** A limit of 0 never refills; the window stands for it. */
function timeToFull({ used, limit, windowMs }: LimitRefusal): number {
  return limit === 0 ? windowMs : (used * windowMs) / limit;
}
