/** Maps a value to a coordinate. */
export type Scale = (value: number) => number;

/** A straight scale. A domain without width maps everything to the start of the range. */
export function linear([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const width = to - from;
  return (value) => (width === 0 ? start : start + ((value - from) / width) * (end - start));
}

/** Round values from 0 up to the first one that is not below `max`: steps of 1, 2 or 5 times a power of ten. At least `[0, 1]`. */
export function ticks(max: number, atMost = 4): number[] {
  const step = roundUp(Math.max(max, 1e-9) / atMost);
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Round times in between: steps that people count in (seconds, halves and quarters of minutes, hours). */
export function timeTicks(fromMs: number, toMs: number, atMost = 8): number[] {
  const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];
  const spanMs = Math.max(1, toMs - fromMs);
  const step = (seconds.find((size) => spanMs / (size * 1_000) <= atMost) ?? roundUp(spanMs / 1_000 / atMost)) * 1_000;
  const first = Math.ceil(fromMs / step);
  return Array.from({ length: Math.floor(toMs / step) - first + 1 }, (_, index) => (first + index) * step);
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

/** A coordinate with a tenth of a pixel, as short as it can be written. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
