import type { DimensionReading, LimitRefusal } from "../../core/limits.ts";
import { goDuration } from "../shared/go-duration.ts";
import type { CountdownRow } from "./words.ts";

type Shown = Pick<DimensionReading, "limit" | "used" | "resetMs">;

/** The rows whose dimension is counted. */
export function countdown(rows: readonly CountdownRow[], readings: readonly DimensionReading[]): string[] {
  return rows.flatMap(({ header, dimension, shows }) => {
    const reading = readings.find((one) => one.dimension === dimension);
    return reading === undefined ? [] : [header, SHOW[shows](reading)];
  });
}

/** On a refusal the refused dimension speaks as the text does, so that both agree. */
export function countdownOfRefusal(
  rows: readonly CountdownRow[],
  { refusal, readings }: { refusal: LimitRefusal; readings: readonly DimensionReading[] },
): string[] {
  const { dimension, limit, used, windowMs } = refusal;
  const others = readings.filter((one) => one.dimension !== dimension);
  if (dimension === "images" || dimension === "concurrency") return countdown(rows, others);
  // A limit of 0 never refills; the window stands for it.
  const resetMs = limit === 0 ? windowMs : (used * windowMs) / limit;
  return countdown(rows, [{ dimension, limit, used, windowMs, resetMs }, ...others]);
}

export function remaining({ limit, used }: Pick<Shown, "limit" | "used">): number {
  return Math.max(0, Math.floor(limit - used));
}

const SHOW: Record<CountdownRow["shows"], (shown: Shown) => string> = {
  limit: ({ limit }) => String(limit),
  remaining: (shown) => String(remaining(shown)),
  reset: ({ resetMs }) => goDuration(resetMs),
};
