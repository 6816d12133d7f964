import type { Direction, Finding } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import { formatDuration, formatShare } from "../../core/units.ts";
import { mean } from "../numbers.ts";
import { type Counted, notch, rangesMeet, repeatsMeet, retryRatesDiffer, sharesDiffer } from "./spread.ts";

/** A share that moved less is not worth a word, however many calls show it. */
const LEAST_SHARE = 0.01;
/** The same for durations and ratios, as a part of the smaller one. */
const LEAST_PART = 0.1;
const NOT_MEASURED = "not measured";
const IN_THE_SPREAD = "inside the spread";

type Reports = readonly Report[];

const SHARES: readonly ShareOfCalls[] = [
  { what: "calls served", of: outcomeOf("served"), wish: "more is better" },
  { what: "calls shed", of: outcomeOf("shed"), wish: "neither" },
  { what: "calls failed", of: outcomeOf("failed"), wish: "less is better" },
  { what: "calls cut", of: outcomeOf("cut"), wish: "less is better" },
  { what: "calls hung", of: outcomeOf("hung"), wish: "less is better" },
  { what: "tokens wasted", of: wastedOf, wish: "less is better" },
];

/** Shares of all front-door calls (of all attempts, where no front door was driven), retries and time to first token. */
export function compareFigures(before: Reports, after: Reports): Finding[] {
  const both = { before, after };
  // What neither side ever saw is no finding.
  const seen = SHARES.filter(({ of }) => [...before, ...after].some((report) => of(report).hits > 0));
  const findings = [...seen.map((share) => compareShares(share, both)), compareRetries(both), compareFirstToken(both)];
  return findings.filter((finding) => finding.before !== NOT_MEASURED || finding.after !== NOT_MEASURED);
}

interface Both {
  before: Reports;
  after: Reports;
}
export type Wish = "more is better" | "less is better" | "neither";

function outcomeOf(outcome: keyof Report["calls"]["outcomes"]): (report: Report) => Counted {
  return ({ calls }) => ({ hits: calls.outcomes[outcome], of: calls.frontDoor });
}

/** In units of attempts: tokens come in whole calls, and a million of them are not a million samples. */
function wastedOf({ cost, calls }: Report): Counted {
  const all = cost.inputTokens + cost.outputTokens;
  return { hits: all === 0 ? 0 : (cost.wastedTokens / all) * calls.attempts, of: all === 0 ? 0 : calls.attempts };
}

export interface ShareOfCalls {
  what: string;
  of(report: Report): Counted;
  wish: Wish;
}

export function compareShares({ what, of, wish }: ShareOfCalls, { before, after }: Both): Finding {
  const [was, is] = [before.map(of), after.map(of)];
  const [all, allNow] = [sum(was), sum(is)];
  const inWords = ({ hits, of: calls }: Counted) => (calls === 0 ? NOT_MEASURED : formatShare(hits / calls));
  const shares = (counts: readonly Counted[]) =>
    counts.flatMap(({ hits, of: calls }) => (calls === 0 ? [] : [hits / calls]));
  const clear = sharesDiffer(all, allNow, LEAST_SHARE) && !repeatsMeet(shares(was), shares(is));
  return {
    what,
    before: inWords(all),
    after: inWords(allNow),
    ...say({ was: ratio(all), is: ratio(allNow), clear }, wish),
  };
}

function compareRetries({ before, after }: Both): Finding {
  const of = ({ calls }: Report): Counted => ({ hits: calls.attempts - calls.logical, of: calls.logical });
  const [was, is] = [sum(before.map(of)), sum(after.map(of))];
  const inWords = (counted: Counted) => (counted.of === 0 ? NOT_MEASURED : (1 + counted.hits / counted.of).toFixed(2));
  const each = (reports: Reports) =>
    reports.flatMap(({ amplification }) => (amplification === null ? [] : [amplification]));
  const apart = !repeatsMeet(each(before), each(after));
  const clear = apart && retryRatesDiffer(was, is) && farApart(1 + (ratio(was) ?? 0), 1 + (ratio(is) ?? 0));
  return {
    what: "attempts per provider call",
    before: inWords(was),
    after: inWords(is),
    ...say({ was: ratio(was), is: ratio(is), clear }, "less is better"),
  };
}

/** The p95 of each second is one sample: what a whole run's p95 could have been had other seconds been in it. */
function compareFirstToken({ before, after }: Both): Finding {
  const p95 = (reports: Reports) => reports.flatMap(({ ttftMs }) => (ttftMs === null ? [] : [ttftMs.p95]));
  const seconds = (reports: Reports) =>
    reports.flatMap(({ series }) => series.flatMap(({ ttftP95Ms }) => (ttftP95Ms === null ? [] : [ttftP95Ms])));
  const [was, is] = [mean(p95(before)), mean(p95(after))];
  const [one, other] = [notch(seconds(before)), notch(seconds(after))];
  const apart =
    one !== undefined && other !== undefined && !rangesMeet(one, other) && !repeatsMeet(p95(before), p95(after));
  const inWords = (ms: number | undefined) => (ms === undefined ? NOT_MEASURED : formatDuration(ms));
  const clear = apart && was !== undefined && is !== undefined && farApart(was, is) && is > was === other.from > one.to;
  return {
    what: "first token p95",
    before: inWords(was),
    after: inWords(is),
    ...say({ was, is, clear }, "less is better"),
  };
}

function farApart(a: number, b: number): boolean {
  return Math.abs(a - b) >= LEAST_PART * Math.min(a, b);
}

function say(
  { was, is, clear }: { was: number | undefined; is: number | undefined; clear: boolean },
  wish: Wish,
): { direction: Direction; because: string } {
  if (was === undefined && is === undefined) return { direction: "no clear change", because: "" };
  if (was === undefined || is === undefined)
    return { direction: "cannot tell", because: "one side did not measure it" };
  if (!clear) return { direction: "no clear change", because: was === is ? "" : IN_THE_SPREAD };
  if (wish === "neither") return { direction: "changed", because: "" };
  return { direction: is > was === (wish === "more is better") ? "better" : "worse", because: "" };
}

function sum(counts: readonly Counted[]): Counted {
  return counts.reduce((all, one) => ({ hits: all.hits + one.hits, of: all.of + one.of }), { hits: 0, of: 0 });
}

function ratio({ hits, of }: Counted): number | undefined {
  return of === 0 ? undefined : hits / of;
}
