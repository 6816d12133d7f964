/** Reading JSON that somebody else wrote: anything may be missing, nothing throws. */

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const DECODER = new TextDecoder("utf-8", { fatal: true });

/** An object, or undefined for everything else, invalid JSON and invalid UTF-8 included. */
export function parseRecord(source: string | Uint8Array): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(typeof source === "string" ? source : DECODER.decode(source));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The objects of an array; an absent or odd value is an empty one. */
export function recordsOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Zero or more, without a fraction. */
export function wholeNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}
