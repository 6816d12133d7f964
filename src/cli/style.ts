import { styleText } from "node:util";

type Stream = NodeJS.WriteStream;
type Format = Parameters<typeof styleText>[0];

/** Colour where the stream can show it and nobody asked for none; `styleText` looks at NO_COLOR, TERM and the stream itself. */
export function paint(format: Format, text: string, stream: Stream = process.stderr): string {
  return styleText(format, text, { stream, validateStream: true });
}

const UNICODE =
  process.platform !== "win32" && !/^(C|POSIX)$/.test(process.env["LC_ALL"] ?? process.env["LANG"] ?? "UTF-8");

/** One glyph for each verdict, so that a line can be searched for; ASCII where Unicode is not to be expected. */
export const GLYPH = UNICODE
  ? { pass: "✓", fail: "✗", inconclusive: "◌", fault: "▨", run: "▶", near: "▲", rule: "─", full: "█", empty: "░" }
  : { pass: "ok", fail: "X", inconclusive: "?", fault: "#", run: ">", near: "!", rule: "-", full: "#", empty: "." };

const COLOUR = { pass: "blue", fail: "red", inconclusive: "yellow" } as const;

export function verdictMark(verdict: "pass" | "fail" | "inconclusive", stream?: Stream): string {
  return paint(COLOUR[verdict], GLYPH[verdict], stream);
}

/** Animation and colour are separate questions: a live region needs a real terminal outside CI. */
export function canAnimate(stream: Stream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env["CI"] && env["TERM"] !== "dumb";
}

export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
