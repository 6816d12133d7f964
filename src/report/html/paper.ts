import type { Page } from "../sentences/index.ts";

/** Letters to a line on A4 at full size, with wide letters, since fonts differ from reader to reader. */
const WIDTH = { whole: 100, rule: 36, observed: 66, beside: 36 };
/** Lines that fit beside what every page has. */
const CAPACITY = 36;
/** Lines beside the chart cost nothing until there are more than this. */
const BESIDE_CHART = 9;
/** Below this, paper is for the magnifying glass; a page that needs it runs on to a second sheet. */
const SMALLEST = 0.7;
/** Letters smaller than this are traded for the examples, which then are on the screen only. */
const WITHOUT_PROOF = 0.86;

/**
 * How much smaller than full size the letters must be for one sheet, and whether the examples stay. Smaller letters make
 * lines both lower and longer, hence the root.
 */
export function fitToPaper(page: Page): { scale: number; withProof: boolean } {
  const full = scaleFor(linesOf(page, true));
  if (full >= WITHOUT_PROOF) return { scale: full, withProof: true };
  return { scale: Math.max(SMALLEST, scaleFor(linesOf(page, false))), withProof: false };
}

function scaleFor(lines: number): number {
  return Math.min(1, Math.round(Math.sqrt(CAPACITY / lines) * 100) / 100);
}

function linesOf(page: Page, withProof: boolean): number {
  const rules = page.expectations.map(({ rule, observed, events, proof: [example] }) => {
    const shown = example === undefined ? `${observed} (${events})` : observed;
    const proof =
      withProof && example !== undefined ? linesFor(example.text + example.events, WIDTH.observed * 1.1) : 0;
    return Math.max(linesFor(rule, WIDTH.rule), linesFor(shown, WIDTH.observed) + proof);
  });
  const texts = [...page.real, ...page.proof].map(({ text }) => text);
  const faults = page.faults.map(({ explained, hits }) => explained + hits);
  const traits = page.profile.lines.map(({ words, samples, events }) => words + samples + events);
  const whole = [...texts, ...faults, ...traits, page.profile.note, ...page.unproven, page.reproduce].map((text) =>
    linesFor(text, WIDTH.whole),
  );
  return sum(rules) + sum(whole) + page.bites.limits.length * 1.2 + Math.max(0, besideChart(page) - BESIDE_CHART);
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
