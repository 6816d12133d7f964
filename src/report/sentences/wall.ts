import type { Report } from "../../core/report.ts";
import { formatCount, formatShare } from "../../core/units.ts";
import { capital, counted, dayOf, dimensionInWords, listed, NOT_MEASURED } from "./words.ts";

type Limit = Report["limits"][number];
type Refusal = Report["refusals"][number];

/** What bites first, in one sentence. */
export function bitesFirst(report: Report): string {
  const first = firstHit(report);
  if (first !== undefined) {
    const others = report.limits.filter((limit) => limit !== first);
    if (others.length === 0)
      return `${capital(dimensionInWords(first.dimension))}: the wall is met; no other limit was counted.`;
    const shares = [...others.toReversed(), first].map(({ dimension, peakShare }) => shareOf(dimension, peakShare));
    return `${capital(dimensionInWords(first.dimension))}: the wall is met at ${listed(shares)}.`;
  }
  const refused = refusedInWords(report.refusals.filter(({ origin }) => origin !== "counted"));
  const nearest = report.limits[0];
  if (nearest !== undefined) {
    const counted = `No counted limit was met; the nearest is ${dimensionInWords(nearest.dimension)} at ${formatShare(nearest.peakShare)}.`;
    return refused === undefined ? counted : `${counted} ${refused}`;
  }
  return refused === undefined
    ? `${capital(NOT_MEASURED)}: no limit was counted and no call was refused.`
    : `${refused} How full the real limits were is ${NOT_MEASURED}: none was counted.`;
}

/** The limit that refused first, by the log's order. */
function firstHit({ limits, refusals }: Report): Limit | undefined {
  const order = refusals.filter(({ origin }) => origin === "counted").sort((a, b) => a.firstSeq - b.firstSeq);
  for (const { dimension } of order) {
    const limit = limits.find((candidate) => candidate.dimension === dimension);
    if (limit !== undefined) return limit;
  }
  return limits.find(({ hit }) => hit);
}

/** `100 % of tokens per minute`. More than the whole limit is asked for, never used. */
function shareOf(dimension: string, peakShare: number): string {
  return `${formatShare(Math.min(1, peakShare))} of ${dimensionInWords(dimension)}`;
}

const ORIGIN_WORDS: Readonly<Record<string, string>> = {
  scripted: "The scenario",
  provider: "The provider itself",
  budget: "The budget",
};

/** Who refused, where no counted limit did. */
function refusedInWords(refusals: readonly Refusal[]): string | undefined {
  if (refusals.length === 0) return undefined;
  const byOrigin = Map.groupBy(refusals, ({ origin }) => origin);
  const sentences = [...byOrigin].map(([origin, rows]) => {
    const all = rows.reduce((sum, { count }) => sum + count, 0);
    const reasons = rows.map(({ count, dimension, trouble }) => {
      const often = rows.length === 1 ? "all" : formatCount(count);
      return `${often} over ${subjectOf(dimension, trouble)}`;
    });
    return `${ORIGIN_WORDS[origin] ?? capital(origin)} refused ${counted(all, "attempt")}, ${listed(reasons)}.`;
  });
  return sentences.join(" ");
}

export function subjectOf(dimension: string | null, trouble: string): string {
  return dimension === null ? trouble.replaceAll("_", " ") : dimensionInWords(dimension);
}

export interface LimitLine {
  dimension: string;
  limit: string;
  /** Largest measured use, in words. */
  peak: string;
  /** The same as a number from 0 to 1, for a bar. */
  share: number;
  hit: boolean;
  /** Whose number the limit is, and when it was read. */
  source: string;
}

export function limitLines(report: Report): LimitLine[] {
  return report.limits.map(({ dimension, limit, peakShare, hit, label, date }) => {
    const read = date === null ? undefined : (dayOf(date) ?? date);
    return {
      dimension: dimensionInWords(dimension),
      limit: formatCount(limit),
      peak: formatShare(Math.min(1, peakShare)),
      share: Math.min(1, peakShare),
      hit,
      source: [label, read].filter(Boolean).join(", "),
    };
  });
}

/** The wall by arithmetic; always with the word, so that nobody takes it for a measurement. */
export function computedWall({ load, limits }: Report): string {
  if (load.computedWall === null)
    return limits.length === 0 ? "not computed: no limit was counted" : "not computed: no call was served undisturbed";
  const { concurrency, dimension, because } = load.computedWall;
  return `computed: ${concurrencyInWords(concurrency)} at once, by ${dimensionInWords(dimension)} (${because})`;
}

export function wallInShort({ load }: Report): string {
  return load.computedWall === null
    ? "not computed"
    : `computed: ${concurrencyInWords(load.computedWall.concurrency)} at once`;
}

export function concurrencyInWords(concurrency: number): string {
  return concurrency < 10 ? String(Number(concurrency.toFixed(1))) : formatCount(concurrency);
}
