import type { Page } from "../sentences/index.ts";

/** Letters to a line on A4 at full size, with wide letters, since fonts differ from reader to reader. */
const WIDTH = { whole: 100, rule: 36, observed: 66, beside: 36, half: 50, small: 110 };
/** CSS pixels of a sheet between its margins, a little spared. */
const SHEET = 1_035;
/** At full size: what every page has, each line of text beyond it, and what a table's row needs beside its lines. Measured in a browser. */
const HEIGHT = { fixed: 640, line: 11.8, row: 0.3 };
/** Smaller letters make lines both lower and longer: a page's height falls faster than its letters' size, by this power at least. */
const SHRINKS_BY = 1.5;
/** Lines of the rules in small print that every page has. */
const FOOT = 4;
/** Lines beside the chart cost nothing until there are more than this. */
const BESIDE_CHART = 9;
/** Below this, paper is for the magnifying glass; a page that needs it runs on to a second sheet. */
const SMALLEST = 0.7;
/** Letters smaller than this are traded for the examples, which then are on the screen only. */
const WITHOUT_PROOF = 0.82;

/** How much smaller than full size the letters must be for one sheet, and whether the examples stay. */
export function fitToPaper(page: Page): { scale: number; withProof: boolean } {
  const full = scaleFor(linesOf(page, true));
  if (full >= WITHOUT_PROOF) return { scale: full, withProof: true };
  return { scale: Math.max(SMALLEST, scaleFor(linesOf(page, false))), withProof: false };
}

function scaleFor(lines: number): number {
  const height = HEIGHT.fixed + HEIGHT.line * lines;
  return Math.min(1, Math.floor((SHEET / height) ** (1 / SHRINKS_BY) * 100) / 100);
}

function linesOf(page: Page, withProof: boolean): number {
  const rules = page.expectations.map(({ rule, observed, events, proof: [example] }) => {
    const shown = example === undefined ? `${observed} (${events})` : observed;
    const proof =
      withProof && example !== undefined ? linesFor(example.text + example.events, WIDTH.observed * 1.1) : 0;
    return HEIGHT.row + Math.max(linesFor(rule, WIDTH.rule), linesFor(shown, WIDTH.observed) + proof);
  });
  const texts = [...page.real, ...page.proof].map(({ text }) => text);
  const faults = page.faults.map(({ explained, hits }) => explained + hits);
  const whole = [
    ...texts,
    ...faults,
    page.bites.changed,
    page.profile.note,
    ...brokenRules(page),
    ...page.unproven,
    page.reproduce,
  ].map((text) => linesFor(text, WIDTH.whole));
  const limits = page.bites.limits.length === 0 ? 0 : 1 + page.bites.limits.length * (2 + HEIGHT.row);
  const foot = linesFor(page.judged.map(({ label, text }) => `${label} ${text} · `).join(""), WIDTH.small);
  const smallPrint = Math.max(0, foot - FOOT);
  const columns = sum(inTwoColumns(page)) / 2 + Math.max(0, besideChart(page) - BESIDE_CHART);
  return sum(rules) + sum(whole) + columns + limits + smallPrint;
}

function brokenRules({ expectations }: Page): string[] {
  return expectations
    .filter(({ verdict }) => verdict === "fail")
    .slice(0, 4)
    .map(({ rule, observed }) => rule + observed);
}

function inTwoColumns({ profile, todo }: Page): number[] {
  const traits = profile.lines.map(({ words, samples, events }) => linesFor(words + samples + events, WIDTH.half));
  return [...traits, ...todo.map(({ text }) => linesFor(text, WIDTH.half))];
}

function besideChart({ path, knees }: Page): number {
  const steps = path.lines.map(({ what, calls, when, events }) =>
    linesFor(`${what} ${calls} first at ${when} ${events}`, WIDTH.beside),
  );
  const measured = knees.lines.map(({ measured }) => 1 + linesFor(measured, WIDTH.beside));
  return sum(steps) + sum(measured) + linesFor(path.note, WIDTH.beside);
}

function linesFor(text: string, width: number): number {
  return Math.ceil(text.length / width);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
