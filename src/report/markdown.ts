import type { Report } from "../core/report.ts";
import { escaped, fenced, rows } from "./markdown-parts.ts";
import { layOutPage, NOT_MEASURED, OUTCOMES, type Page, type Pair } from "./sentences/index.ts";
import { textChart } from "./text-chart.ts";

/** runbook.md: the page of runbook.html for terminals and code hosts. */
export function renderMarkdown(report: Report): string {
  const page = layOutPage(report);
  const sections = [
    head(page),
    section("What bites first", bites(page)),
    section("The run", ["```text", ...textChart(report), "```"]),
    section("The concurrency at which it begins", knees(page)),
    section("Degradation path", path(page)),
    section("How the app reacts", profile(page)),
    section("Expectations", expectations(page)),
    section("When it happens for real", pairs(page.real)),
    section("Proof", proof(page)),
    section("Limits of this claim", unproven(page)),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [`## ${title}`, "", ...lines];
}

function head(page: Page): string[] {
  const { sign, word, stopped, sentence, hypothesis } = page.verdict;
  const early = stopped === undefined ? "" : `, stopped early (${escaped(stopped)})`;
  return [
    `# ${escaped(page.title)}: LLM runbook`,
    "",
    page.facts.map(({ label, text }) => `${label} ${escaped(text)}`).join(" · "),
    "",
    `**${sign} ${word}${early}.** ${escaped(sentence)}`,
    ...(hypothesis === "" ? [] : ["", `Hypothesis: ${escaped(hypothesis)}`]),
  ];
}

function bites({ bites: { lead, limits, computed } }: Page): string[] {
  const table = limits.map(({ dimension, limit, peak, hit, source }) => [
    dimension,
    limit,
    peak,
    hit ? "✗ met" : "not met",
    source,
  ]);
  return [
    escaped(lead),
    "",
    ...(table.length === 0 ? [] : [...rows(["limit on", "limit", "peak, measured", "wall", "from"], table), ""]),
    `Sustained wall, ${escaped(computed)}.`,
  ];
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

function expectations({ expectations: lines }: Page): string[] {
  if (lines.length === 0) return ["None were written."];
  return [
    ...lines.flatMap(({ sign, word, rule, observed, proof, events }) => [
      `- ${sign} **${word}**: ${escaped(rule)}. Observed: ${escaped(observed)}${proof.length === 0 && events !== "" ? ` (${events})` : ""}`,
      ...proof.map(({ text, events }) => `  - ${escaped(text)}${events === "" ? "" : ` (${events})`}`),
    ]),
    "",
    "Event numbers are the `seq` of lines in `events.jsonl`, beside this file.",
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

function unproven({ unproven: sentences }: Page): string[] {
  return [
    ...(sentences.length === 0 ? [] : [...sentences.map((sentence) => `- ${escaped(sentence)}`), ""]),
    `How calls are judged: ${OUTCOMES.map(({ outcome, means }) => `*${outcome}*: ${means}`).join("; ")}. What nobody looked at says "${NOT_MEASURED}".`,
  ];
}
