import type { Report, TraitName } from "../../core/report.ts";
import { capital, counted, eventsInWords, NOT_MEASURED } from "./words.ts";

const NAMES: Readonly<Record<TraitName, string>> = {
  retries: "retries",
  backoff: "backoff",
  retry_after: "Retry-After",
  patience: "patience",
  in_flight: "bound on calls in flight",
  fallback: "fallback",
  shedding: "shedding",
};

const MOST_EXAMPLES = 3;

export interface ProfileLine {
  words: string;
  /** What it rests on: `72 calls`. */
  samples: string;
  events: string;
}

/** How the app reacts, one line for each trait that was seen. */
export function profileLines({ profile }: Report): ProfileLine[] {
  return profile.traits.map(({ words, samples, of, events }) => ({
    words: capital(words),
    samples: counted(samples, of, of),
    events: eventsInWords(events.slice(0, MOST_EXAMPLES)),
  }));
}

/** What the run gave no occasion for, in one sentence. Empty when there is nothing. */
export function unseenTraits({ profile }: Report): string {
  const unseen = profile.notMeasured.map(({ name, why }) => `${NAMES[name]} (${why})`);
  return unseen.length === 0 ? "" : `${capital(NOT_MEASURED)}: ${unseen.join("; ")}.`;
}

/** The whole profile in one breath. Empty where nothing was seen. */
export function profileSentence({ profile }: Report): string {
  return profile.traits.map(({ words }) => words).join("; ");
}
