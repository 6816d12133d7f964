import type { Report } from "../core/report.ts";
import { escaped, fenced, rows } from "./markdown-parts.ts";
import { layOutPage, NOT_MEASURED, type Page, type Pair } from "./sentences/index.ts";
import { textChart, textUse } from "./text-chart.ts";

/** runbook.md: the page of runbook.html for terminals and code hosts. */
export function renderMarkdown(report: Report): string {
  const page = layOutPage(report);
  const sections = [
    head(page),
    section("What bites first", bites(page)),
    section(report.load.steps.length > 0 ? "The ramp" : "The run", ["```text", ...textChart(report), "```"]),
    section("How it degrades", [...path(page), "", ...knees(page)]),
    section("How the app reacts", profile(page)),
    section("What to do before it happens", todo(page)),
    section("When it happens for real", pairs(page.real)),
    section("Proof", [...expectations(page), "", ...proof(page)]),
    section("Limits of this claim", unproven(page)),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [`## ${title}`, "", ...lines];
}

const MOST_BROKEN = 4;

function head(page: Page): string[] {
  const { sign, word, stopped, sentence, hypothesis } = page.verdict;
  const early = stopped === undefined ? "" : `, stopped early (${escaped(stopped)})`;
  const broken = page.expectations.filter(({ verdict }) => verdict === "fail").slice(0, MOST_BROKEN);
  return [
    `# ${sign} ${word}${early}: ${escaped(page.title)}`,
    "",
    ...(page.summary === "" ? [] : [escaped(page.summary), ""]),
    `**${escaped(sentence)}**`,
    ...(broken.length === 0 ? [] : [""]),
    ...broken.map((line) => `- ${line.sign} ${escaped(line.rule)}: **${escaped(line.observed)}**`),
    ...(hypothesis === "" ? [] : ["", `Hypothesis: ${escaped(hypothesis)}`]),
    "",
    page.facts.map(({ label, text }) => `${label} ${escaped(text)}`).join(" · "),
  ];
}

function bites({ bites: { lead, limits, headroom, changed } }: Page): string[] {
  const overTime = limits.some(({ shares }) => shares.length > 0);
  const table = limits.map(({ dimension, shares, peak, hit, first, exhaustedAt, limit, source }) => [
    dimension,
    ...(overTime ? [textUse(shares)] : []),
    peak,
    hit ? `✗ met, ${first.when} (${first.events})` : "✓ not met",
    exhaustedAt,
    limit,
    source,
  ]);
  const use = overTime ? ["use over time"] : [];
  const header = ["limit on", ...use, "peak, measured", "wall, measured", "exhausted at, computed", "limit", "from"];
  const drawn = table.length === 0 ? [] : [...rows(header, table), ""];
  const changes = changed === "" ? [] : ["", escaped(changed)];
  return [escaped(lead), "", ...drawn, `Headroom, ${escaped(headroom)}.`, ...changes];
}

function knees({ knees: { lines, note, wall } }: Page): string[] {
  if (lines.length === 0) return [escaped(note)];
  return pairs([...lines.map(({ what, measured }) => ({ label: what, text: measured })), wall]);
}

function path({ path: { note, lines } }: Page): string[] {
  const steps = lines.map(
    ({ what, calls, when, events }, index) => `${index + 1}. **${what}**: ${calls}, first at ${when} (${events})`,
  );
  return note === "" ? steps : [escaped(note), ...(steps.length === 0 ? [] : ["", ...steps])];
}

function profile({ profile: { lines, note } }: Page): string[] {
  const traits = lines.map(({ words, samples, events }) => `- **${escaped(words)}**: ${escaped(samples)}, ${events}`);
  return [...traits, ...(note === "" || traits.length === 0 ? [] : [""]), ...(note === "" ? [] : [escaped(note)])];
}

function todo({ todo: lines }: Page): string[] {
  return lines.map(({ text }) => `- ${escaped(text)}.`);
}

function expectations({ expectations: lines }: Page): string[] {
  if (lines.length === 0) return ["Nothing was expected."];
  return [
    ...lines.flatMap(({ sign, word, rule, observed, proof, events }) => [
      `- ${sign} **${word}**: ${escaped(rule)}. Observed: ${escaped(observed)}${proof.length === 0 && events !== "" ? ` (${events})` : ""}`,
      ...proof.map(({ text, events }) => `  - ${escaped(text)}${events === "" ? "" : ` (${events})`}`),
    ]),
    "",
    "Event numbers are lines (their `seq`) of `events.jsonl`, beside this file.",
  ];
}

function pairs(list: readonly Pair[]): string[] {
  return list.map(({ label, text }) => `- **${escaped(label)}**: ${escaped(text)}`);
}

function proof({ proof: lines, faults, reproduce }: Page): string[] {
  return [
    ...pairs(lines),
    ...faults.map(
      ({ explained, where, hits, exercised }) =>
        `- **Fault ${escaped(where)}**: ${escaped(explained)}: ${exercised ? "" : "⚠ "}${hits}`,
    ),
    ...(reproduce === "" ? [] : ["", "Repeat it:", "", ...fenced(reproduce)]),
  ];
}

function unproven({ unproven: sentences, judged }: Page): string[] {
  return [
    ...(sentences.length === 0 ? [] : [...sentences.map((sentence) => `- ${escaped(sentence)}`), ""]),
    `How calls were judged: ${judged.map(({ label, text }) => `*${label}*: ${escaped(text)}`).join("; ")}. What nobody looked at says "${NOT_MEASURED}".`,
  ];
}
