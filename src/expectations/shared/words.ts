import { formatCount } from "../../core/units.ts";

/** `1 call`, `3 calls`; `3 retries` with the plural given. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** One decimal, two below ten: `1.5`, `12.3`. */
export function decimal(value: number): string {
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}

/** A ratio, always with a decimal so that it reads as one: `1.0`, `1.33`. */
export function ratio(value: number): string {
  const short = decimal(value);
  return short.includes(".") ? short : `${short}.0`;
}
