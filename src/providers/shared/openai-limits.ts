import type { HeaderList } from "../../core/exchange.ts";
import type { DimensionReading, LimitRefusal, RefusalDimension } from "../../core/limits.ts";
import { goDuration } from "./go-duration.ts";

/** How OpenAI speaks of a dimension. */
export interface DimensionWords {
  /** The error's type. */
  family: "requests" | "tokens";
  /** As in `on tokens per min (TPM)`. */
  phrase: string;
}

const TOKENS_PER_MIN: DimensionWords = { family: "tokens", phrase: "tokens per min (TPM)" };

export const DIMENSION_WORDS: Readonly<Record<RefusalDimension, DimensionWords>> = {
  rpm: { family: "requests", phrase: "requests per min (RPM)" },
  rpd: { family: "requests", phrase: "requests per day (RPD)" },
  tpm: TOKENS_PER_MIN,
  // Wording by analogy, unverified: no message for tokens per day was found in public.
  tpd: { family: "tokens", phrase: "tokens per day (TPD)" },
  // OpenAI does not count input and output apart; whoever asks for it gets what OpenAI would say.
  itpm: TOKENS_PER_MIN,
  otpm: TOKENS_PER_MIN,
  // Both unverified.
  images: { family: "requests", phrase: "images per min" },
  concurrency: { family: "requests", phrase: "concurrent requests" },
};

/** A dimension as the headers show it. */
type Shown = Pick<DimensionReading, "limit" | "used" | "resetMs">;

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`. With a minute and a day counted, the one with less left is shown. */
export function countdownHeaders(readings: readonly DimensionReading[]): HeaderList {
  return headersOf(tightest(readings, "requests"), tightest(readings, "tokens"));
}

/**
 * The same on a refusal: the refused dimension speaks for its family, so that headers and text agree. What is neither
 * requests nor tokens over time has no such headers.
 */
export function refusalCountdown(refusal: LimitRefusal, readings: readonly DimensionReading[]): HeaderList {
  if (refusal.dimension === "images" || refusal.dimension === "concurrency") return countdownHeaders(readings);
  const refused: Shown = { ...refusal, resetMs: timeToFull(refusal) };
  return DIMENSION_WORDS[refusal.dimension].family === "requests"
    ? headersOf(refused, tightest(readings, "tokens"))
    : headersOf(tightest(readings, "requests"), refused);
}

function tightest(readings: readonly DimensionReading[], family: "requests" | "tokens"): Shown | undefined {
  return readings
    .filter((reading) => DIMENSION_WORDS[reading.dimension].family === family)
    .reduce<DimensionReading | undefined>(
      (least, reading) => (least === undefined || left(reading) < left(least) ? reading : least),
      undefined,
    );
}

function left(reading: Pick<DimensionReading, "limit" | "used">): number {
  return Math.max(0, Math.floor(reading.limit - reading.used));
}

function headersOf(requests: Shown | undefined, tokens: Shown | undefined): string[] {
  const families: [string, Shown | undefined][] = [
    ["requests", requests],
    ["tokens", tokens],
  ];
  const rows: [string, (shown: Shown) => string][] = [
    ["limit", (shown) => String(shown.limit)],
    ["remaining", (shown) => String(left(shown))],
    ["reset", (shown) => goDuration(shown.resetMs)],
  ];
  return rows.flatMap(([row, text]) =>
    families.flatMap(([name, shown]) => (shown === undefined ? [] : [`x-ratelimit-${row}-${name}`, text(shown)])),
  );
}

/** A limit of 0 (a tier that does not support the model) never refills; the window stands for it. */
function timeToFull({ used, limit, windowMs }: LimitRefusal): number {
  return limit === 0 ? windowMs : (used * windowMs) / limit;
}
