import type { Report } from "../../core/report.ts";
import { escapeMarkup } from "../markup.ts";
import { layOutPage, NOT_MEASURED, OUTCOMES, type Page } from "../sentences/index.ts";
import { chartPart } from "./chart-part.ts";
import { fitToPaper } from "./paper.ts";
import { definitions, paragraph, part, TONES, table } from "./parts.ts";
import { STYLE } from "./style.ts";

/** runbook.html: one file, no network, no script; it must open in ten years and fit one printed page. */
export function renderHtml(report: Report): string {
  const page = layOutPage(report);
  const { scale, withProof } = fitToPaper(page);
  const title = `${page.verdict.word}: ${page.title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main${withProof ? "" : ' class="brief"'} style="--paper: ${scale}">
${[
  head(page),
  part("What bites first", bites(page)),
  `<div class="picture">${part(report.load.steps.length > 0 ? "The ramp" : "The run", chartPart(report))}`,
  `<div class="columns">${part("Concurrency at which it begins", knees(page))}${part("Degradation path", path(page))}</div></div>`,
  part("How the app reacts", profile(page)),
  part("Expectations", expectations(page)),
  part("When it happens for real", [definitions(page.real)]),
  part("Proof", proof(page)),
  part("Limits of this claim", unproven(page)),
  foot(),
].join("\n")}
</main>
</body>
</html>
`;
}

function head({ title, summary, facts, verdict }: Page): string {
  const { state, sign, word, stopped, sentence, hypothesis } = verdict;
  const early = stopped === undefined ? "" : ` <small>stopped early: ${escapeMarkup(stopped)}</small>`;
  const items = facts.map(({ label, text }) => `<li>${escapeMarkup(label)} <b>${escapeMarkup(text)}</b></li>`);
  return [
    `<header><h1>${escapeMarkup(title)}</h1>`,
    paragraph(summary, "quiet"),
    `<ul class="facts">${items.join("")}</ul></header>`,
    `<section class="verdict ${TONES[state]}" aria-label="Verdict"><strong>${sign} ${word}</strong>${early}`,
    `<p>${escapeMarkup(sentence)}</p>`,
    hypothesis === "" ? "" : `<p class="hypothesis">Hypothesis: ${escapeMarkup(hypothesis)}</p>`,
    "</section>",
  ].join("\n");
}

function bites({ bites: { lead, limits, computed } }: Page): string[] {
  const rows = limits.map(({ dimension, limit, peak, share, hit, source }) => [
    { html: escapeMarkup(dimension) },
    { html: meter(share, hit) + peak },
    { html: hit ? '<span class="mark bad">✗ met</span>' : '<span class="mark ok">✓ not met</span>' },
    { html: limit, number: true as const },
    { html: escapeMarkup(source) },
  ]);
  const header = ["limit on", "peak, measured", "wall", "limit", "from"];
  return [
    paragraph(lead, "lead"),
    rows.length === 0 ? "" : table(header, rows, { caption: "Limits" }),
    paragraph(`Sustained wall, ${computed}.`),
  ];
}

function meter(share: number, hit: boolean): string {
  return `<span class="meter ${hit ? "bad" : "ok"}" aria-hidden="true"><i style="width: ${Math.round(share * 100)}%"></i></span>`;
}

function knees({ knees: { lines, note, wall } }: Page): string[] {
  if (lines.length === 0) return [paragraph(note)];
  return [definitions([...lines.map(({ what, measured }) => ({ label: what, text: measured })), wall])];
}

function path({ path: { note, lines } }: Page): string[] {
  const steps = lines.map(
    ({ what, calls, when, events }) => `<li><b>${what}</b>: ${calls}, first at ${when} (${events})</li>`,
  );
  return [paragraph(note), steps.length === 0 ? "" : `<ol>${steps.join("")}</ol>`];
}

function profile({ profile: { lines, note } }: Page): string[] {
  const traits = lines.map(
    ({ words, samples, events }) =>
      `<li><b>${escapeMarkup(words)}</b> <span class="quiet">(${escapeMarkup(samples)}; ${events})</span></li>`,
  );
  return [traits.length === 0 ? "" : `<ul>${traits.join("")}</ul>`, paragraph(note, "quiet")];
}

function expectations({ expectations: lines }: Page): string[] {
  if (lines.length === 0) return [paragraph("None were written.")];
  const rows = lines.map(({ verdict, sign, word, rule, observed, proof, events }) => [
    { html: escapeMarkup(rule) },
    { html: `<span class="mark ${TONES[verdict]}">${sign} ${word}</span>` },
    { html: escapeMarkup(observed) + (proof.length === 0 ? inBrackets(events) : proof.map(proofOf).join("")) },
  ]);
  return [
    table(["rule", "verdict", "observed"], rows, { caption: "Expectations", style: "rules" }),
    paragraph("Event numbers are the seq of lines in events.jsonl, beside this file.", "quiet"),
  ];
}

/** Paper has room for one example of each. */
function proofOf({ text, events }: { text: string; events: string }, index: number): string {
  return `<span class="proof${index > 0 ? " screen" : ""}">${escapeMarkup(text)}${inBrackets(events)}</span>`;
}

function inBrackets(events: string): string {
  return events === "" ? "" : ` <span class="quiet">(${escapeMarkup(events)})</span>`;
}

function proof({ proof: lines, faults, reproduce }: Page): string[] {
  const rows = faults.map(({ explained, where, hits, exercised }) => ({
    label: `Fault ${where}`,
    text: `${explained}: ${exercised ? hits : `⚠ ${hits}`}`,
  }));
  const repeat = reproduce === "" ? [] : [{ label: "Repeat", text: reproduce }];
  return [definitions([...lines, ...rows, ...repeat])];
}

function unproven({ unproven: sentences }: Page): string[] {
  if (sentences.length === 0) return [paragraph("Nothing beyond what is said above.")];
  return [`<ul>${sentences.map((sentence) => `<li>${escapeMarkup(sentence)}</li>`).join("")}</ul>`];
}

function foot(): string {
  const rules = OUTCOMES.map(({ outcome, means }) => `<b>${outcome}</b> ${escapeMarkup(means)}`).join(" · ");
  return `<footer>How calls are judged: ${rules}. What nobody looked at says “${NOT_MEASURED}”.</footer>`;
}
