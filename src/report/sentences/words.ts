import type { Verdict } from "../../core/expectation.ts";
import type { Outcome } from "../../core/history.ts";
import { formatCount } from "../../core/units.ts";

/** What nobody looked at is said so; it is never a zero. */
export const NOT_MEASURED = "not measured";

/** A runbook rots: after this many days it must be proven again. */
export const EXPIRES_DAYS = 90;

/** Every state is a sign and a word, so that none depends on colour. */
export const VERDICTS: Readonly<Record<Verdict, { word: string; sign: string; held: string }>> = {
  pass: { word: "READY", sign: "✓", held: "held" },
  fail: { word: "NOT READY", sign: "✗", held: "broken" },
  inconclusive: { word: "INCONCLUSIVE", sign: "◌", held: "not judged" },
};

/** Outcomes of a front-door call, best first, as they are stacked in the charts. */
export const OUTCOMES: readonly { outcome: Outcome; sign: string; means: string }[] = [
  { outcome: "served", sign: "✓", means: "a whole answer in time" },
  { outcome: "shed", sign: "▲", means: "refused by the app itself, without another try after the wall" },
  { outcome: "failed", sign: "✗", means: "an error, or a refusal only after several calls to the provider" },
  { outcome: "cut", sign: "✂", means: "a truncated answer passed on as whole" },
  { outcome: "hung", sign: "…", means: "no end by the deadline" },
];

const DIMENSION_WORDS: Readonly<Record<string, string>> = {
  rpm: "requests per minute",
  tpm: "tokens per minute",
  rpd: "requests per day",
  tpd: "tokens per day",
  itpm: "input tokens per minute",
  otpm: "output tokens per minute",
  images: "images per minute",
  concurrency: "calls at once",
};

/** `tpm` → `tokens per minute`. An unknown dimension keeps its name. */
export function dimensionInWords(dimension: string): string {
  return DIMENSION_WORDS[dimension] ?? dimension;
}

/** `1 call`, `1,204 calls`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Time since the start of the run: `0:07`, `12:40`, `1:02:03`. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

// The runtime's own short names differ between its versions.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `24 Nov 2026`, in UTC; undefined when the log does not tell. */
export function dayOf(iso: string, plusDays = 0): string | undefined {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return undefined;
  const date = new Date(time + plusDays * 86_400_000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** `events 41, 57`; the longest lists are shortened, since report.json has all of them. Empty without events. */
export function eventsInWords(events: readonly number[], most = 6): string {
  if (events.length === 0) return "";
  const more = events.length > most ? ` and ${events.length - most} more` : "";
  return `${events.length === 1 ? "event" : "events"} ${events.slice(0, most).join(", ")}${more}`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The first letter as a capital. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
