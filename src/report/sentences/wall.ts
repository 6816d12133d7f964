import type { Report } from "../../core/report.ts";
import { formatCount, formatShare } from "../../core/units.ts";
import { capital, clockTime, counted, dayOf, dimensionInWords, listed, NOT_MEASURED } from "./words.ts";

type Limit = Report["limits"][number];
type Refusal = Report["refusals"][number];

/** What bites first, in one sentence. */
export function bitesFirst(report: Report): string {
  const first = firstHit(report);
  if (first !== undefined) return bites(first, report);
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

function bites(first: Limit, { limits, load }: Report): string {
  if (load.startsAtWall) return bitesAtWall(first, limits.length);
  const others = limits.filter((limit) => limit !== first);
  const name = capital(dimensionInWords(first.dimension));
  if (others.length === 0) return `${name}: the wall is met; no other limit was counted.`;
  const later = others.filter(({ hit }) => hit).sort((a, b) => (a.firstHit?.seq ?? 0) - (b.firstHit?.seq ?? 0));
  // How full another one ever was says nothing of the moment of the first refusal, once it refused, too.
  if (later.length > 0) return `${name} first${whenMet(first)}; then ${listed(later.map(nameAndTime))}.`;
  const shares = [...others.toReversed(), first].map(({ dimension, peakShare }) => shareOf(dimension, peakShare));
  return `${name}: the wall is met at ${listed(shares)}.`;
}

const whenMet = ({ firstHit }: Limit) => (firstHit === null ? "" : `, at ${clockTime(firstHit.atMs)}`);
const nameAndTime = (limit: Limit) => `${dimensionInWords(limit.dimension)}${whenMet(limit)}`;

/** Each step began with full buckets, so the shares say nothing; which limit refused first, and at which load, does. */
function bitesAtWall({ dimension, firstHit }: Limit, limits: number): string {
  const at = firstHit?.concurrency == null ? "" : `, from ${firstHit.concurrency} at once`;
  if (limits === 1) return `${capital(dimensionInWords(dimension))} refused${at}; no other limit was counted.`;
  return `${capital(dimensionInWords(dimension))} refused first${at}. How full the other limits were is ${NOT_MEASURED}: each step of the ramp began with every bucket drained.`;
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

/** More of them make no sentence that anybody reads. */
const MOST_CHANGES = 3;

/** Limits that a controller set on the way, and what the page's numbers then mean; empty when nobody did. */
export function limitsChanged({ limitChanges }: Report): string {
  if (limitChanges.length === 0) return "";
  const labels = new Set(limitChanges.flatMap(({ amounts }) => amounts.map(({ label }) => label)));
  const shown = limitChanges.slice(0, MOST_CHANGES).map(({ atMs, seq, amounts }) => {
    const words = amounts.map((amount) => amountInWords(amount, labels.size > 1));
    const what = amounts.length === 0 ? "set anew with the same amounts" : listed(words);
    return `at ${clockTime(atMs)} ${what} (event ${seq})`;
  });
  const more = limitChanges.length - shown.length;
  const all = [...shown, ...(more > 0 ? [`${formatCount(more)} more times`] : [])].join("; ");
  return `The limits were changed during the run: ${all}. Shares are of the limit that held at the time; what is computed is computed for the last ones.`;
}

/** Where all are of one row, its label tells nobody anything. */
function amountInWords(
  { dimension, label, before, after }: Report["limitChanges"][number]["amounts"][number],
  withLabel: boolean,
): string {
  const name = `${dimensionInWords(dimension)}${withLabel && label !== "" ? ` (${label})` : ""}`;
  const amount = (value: number | null) => (value === null ? "not counted" : formatCount(value));
  return `${name} ${amount(before)} → ${amount(after)}`;
}

function hasChanged({ limitChanges }: Report, dimension: string): boolean {
  return limitChanges.some(({ amounts }) => amounts.some((amount) => amount.dimension === dimension));
}

export interface LimitLine {
  /** `tpm` */
  id: string;
  dimension: string;
  limit: string;
  /** Largest measured use, in words. */
  peak: string;
  /** The same as a number from 0 to 1, for a bar. */
  share: number;
  hit: boolean;
  /** When it was first met, and the event that shows it; empty when it was not. */
  first: { when: string; events: string };
  /** How full it was over time, one share for each point of the series; null where nobody asked. */
  shares: readonly (number | null)[];
  /** At how many callers at once it is used up, by arithmetic. */
  exhaustedAt: string;
  /** Whose number the limit is, and when it was read. */
  source: string;
}

export function limitLines(report: Report): LimitLine[] {
  return report.limits.map(({ dimension, limit, peakShare, hit, firstHit, label, date }) => {
    const read = date === null ? undefined : (dayOf(date) ?? date);
    const wall = report.load.walls.find((one) => one.dimension === dimension);
    return {
      id: dimension,
      dimension: dimensionInWords(dimension),
      limit: `${formatCount(limit)}${hasChanged(report, dimension) ? ", changed" : ""}`,
      peak: report.load.startsAtWall && !hit ? NOT_MEASURED : formatShare(Math.min(1, peakShare)),
      share: Math.min(1, peakShare),
      hit,
      first: firstInWords(firstHit),
      shares: sharesOf(report, dimension),
      exhaustedAt: wall === undefined ? "not computed" : concurrencyInWords(wall.concurrency),
      source: [label, read].filter(Boolean).join(", "),
    };
  });
}

/** None for a ramp that begins at the wall: its readings are those of the drain. */
function sharesOf({ utilisation, load }: Report, dimension: string): LimitLine["shares"] {
  return load.startsAtWall ? [] : (utilisation.find((row) => row.dimension === dimension)?.shares ?? []);
}

function firstInWords(hit: Limit["firstHit"]): LimitLine["first"] {
  if (hit === null) return { when: "", events: "" };
  const at = hit.concurrency === null ? "" : ` with ${hit.concurrency} at once`;
  return { when: `first at ${clockTime(hit.atMs)}${at}`, events: `event ${hit.seq}` };
}

/**
 * How far each limit is away in the app's own mix of traffic: `tokens per minute is exhausted at 14 users at once, requests per
 * minute only at 220`. Always with the word computed, so that nobody takes it for a measurement.
 */
export function headroom({ load, limits, calls }: Report): string {
  const [first, ...others] = load.walls;
  if (first === undefined)
    return limits.length === 0 ? "not computed: no limit was counted" : "not computed: no call was served undisturbed";
  const at = concurrencyInWords(first.concurrency);
  const who = `${calls.frontDoor === 0 ? "call" : "user"}${at === "1" ? "" : "s"}`;
  const rest = others.map(
    (wall) => `${dimensionInWords(wall.dimension)} only at ${concurrencyInWords(wall.concurrency)}`,
  );
  const lead = `computed: at this mix ${dimensionInWords(first.dimension)} is exhausted at ${at} ${who} at once (${first.because})`;
  return [lead, ...rest].join("; ");
}

export function wallInShort({ load }: Report): string {
  return load.computedWall === null
    ? "not computed"
    : `computed: ${concurrencyInWords(load.computedWall.concurrency)} at once`;
}

/** A wall under one caller keeps a digit: `0.02`, never 0. */
export function concurrencyInWords(concurrency: number): string {
  if (concurrency < 1) return String(Number(concurrency.toPrecision(1)));
  return concurrency < 10 ? String(Number(concurrency.toFixed(1))) : formatCount(concurrency);
}
