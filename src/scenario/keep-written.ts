import { isMapValue } from "./normalise.ts";

/** The checked value, with its texts as the user wrote them: numbers and lists are final, placeholders in texts stay. */
export function keepWritten(parsed: unknown, written: unknown): unknown {
  if (typeof parsed === "string") return typeof written === "string" ? written : parsed;
  if (!isMapValue(parsed) || !isMapValue(written)) return parsed;
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, keepWritten(value, written[key])]));
}

export function keepWrittenTexts(parsed: Readonly<Record<string, string>>, written: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parsed).map(([key, value]) => [
      key,
      String(keepWritten(value, isMapValue(written) ? written[key] : undefined)),
    ]),
  );
}
