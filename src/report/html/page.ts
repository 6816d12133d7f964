import type { Report } from "../../core/report.ts";
import { escapeMarkup } from "../markup.ts";
import { layOutPage, NOT_MEASURED, type Page } from "../sentences/index.ts";
import { bitesPart } from "./bites-part.ts";
import { chartPart } from "./chart-part.ts";
import { fitToPaper } from "./paper.ts";
import { definitions, inBrackets, paragraph, part, TONES, table } from "./parts.ts";
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
  part("What bites first", bitesPart(report, page)),
  `<div class="picture">${part(report.load.steps.length > 0 ? "The ramp" : "The run", chartPart(report))}`,
  `${part("How it degrades", [...path(page), ...knees(page)])}</div>`,
  part("How the app reacts", profile(page)),
  part("What to do before it happens", todo(page)),
  part("When it happens for real", [definitions(page.real)], "real"),
  part("Proof", proof(page)),
  part("Limits of this claim", unproven(page)),
  foot(page),
].join("\n")}
</main>
</body>
</html>
`;
}

const MOST_BROKEN = 4;

/** The verdict stands first; which run it is, below it. */
function head({ title, summary, facts, verdict, expectations }: Page): string {
  const { state, sign, word, stopped, sentence, hypothesis } = verdict;
  const early = stopped === undefined ? "" : ` <small>stopped early: ${escapeMarkup(stopped)}</small>`;
  const items = facts.map(({ label, text }) => `<li>${escapeMarkup(label)} <b>${escapeMarkup(text)}</b></li>`);
  const broken = expectations.filter((line) => line.verdict === "fail");
  const shown = broken
    .slice(0, MOST_BROKEN)
    .map(
      ({ id, sign: cross, rule, observed }) =>
        `<li><span class="mark bad">${cross}</span> ${escapeMarkup(rule)}: <b>${escapeMarkup(observed)}</b> ${proofLink(id)}</li>`,
    );
  return [
    `<header><h1>${escapeMarkup(title)} <small>LLM runbook</small></h1>`,
    paragraph(summary, "quiet"),
    `<section class="verdict ${TONES[state]}" aria-label="Verdict"><strong>${sign} ${word}</strong>${early}`,
    `<p>${escapeMarkup(sentence)}</p>`,
    shown.length === 0 ? "" : `<ul class="broken">${shown.join("")}${more(broken.length - MOST_BROKEN)}</ul>`,
    hypothesis === "" ? "" : `<p class="hypothesis">Hypothesis: ${escapeMarkup(hypothesis)}</p>`,
    "</section>",
    `<ul class="facts">${items.join("")}<li class="screen"><a class="ref" href="#real">On call? How it looks and what to do</a></li></ul></header>`,
  ].join("\n");
}

function more(count: number): string {
  return count <= 0 ? "" : `<li>and ${count} more, in the proof</li>`;
}

/** To the row of the proof that shows a claim. */
function proofLink(id: string): string {
  return `<a class="ref" href="#${id}">proof</a>`;
}

function knees({ knees: { lines, note, wall } }: Page): string[] {
  if (lines.length === 0) return [paragraph(note)];
  return [definitions([...lines.map(({ what, measured }) => ({ label: what, text: measured })), wall])];
}

function path({ path: { note, lines } }: Page): string[] {
  const steps = lines.map(
    ({ what, calls, when, events }) => `<li><b>${what}</b>: ${calls}, first at ${when}${inBrackets(events)}</li>`,
  );
  return [paragraph(note), steps.length === 0 ? "" : `<ol>${steps.join("")}</ol>`];
}

function profile({ profile: { lines, note } }: Page): string[] {
  const traits = lines.map(
    ({ words, samples, events }) =>
      `<li><b>${escapeMarkup(words)}</b>: ${escapeMarkup(samples)}${inBrackets(events)}</li>`,
  );
  return [traits.length === 0 ? "" : `<ul class="traits">${traits.join("")}</ul>`, paragraph(note, "quiet")];
}

function todo({ todo: lines }: Page): string[] {
  const items = lines.map(
    ({ text, rules }) => `<li>${escapeMarkup(text)}. ${rules.slice(0, 1).map(proofLink).join("")}</li>`,
  );
  return [`<ul class="todo">${items.join("")}</ul>`];
}

function expectations({ expectations: lines }: Page): string[] {
  if (lines.length === 0) return [paragraph("Nothing was expected.")];
  const rows = lines.map(({ id, verdict, sign, word, rule, observed, proof, events }) => [
    { html: escapeMarkup(rule), id },
    { html: `<span class="mark ${TONES[verdict]}">${sign} ${word}</span>` },
    { html: escapeMarkup(observed) + (proof.length === 0 ? inBrackets(events) : proof.map(proofOf).join("")) },
  ]);
  return [table(["rule", "verdict", "observed"], rows, { caption: "Expectations", style: "rules" })];
}

/** Paper has room for one example of each. */
function proofOf({ text, events }: { text: string; events: string }, index: number): string {
  return `<span class="proof${index > 0 ? " screen" : ""}">${escapeMarkup(text)}${inBrackets(events)}</span>`;
}

const EVENTS_NOTE =
  '<p class="quiet" id="events">Event numbers are lines (their seq) of events.jsonl, beside this file.</p>';

function proof(page: Page): string[] {
  const { proof: lines, faults, reproduce } = page;
  const rows = faults.map(({ explained, where, hits, exercised }) => ({
    label: `Fault ${where}`,
    text: `${explained}: ${exercised ? hits : `⚠ ${hits}`}`,
  }));
  const repeat = reproduce === "" ? [] : [{ label: "Repeat", text: reproduce }];
  return [...expectations(page), EVENTS_NOTE, definitions([...lines, ...rows, ...repeat])];
}

function unproven({ unproven: sentences }: Page): string[] {
  if (sentences.length === 0) return [paragraph("Nothing beyond what is said above.")];
  return [`<ul>${sentences.map((sentence) => `<li>${escapeMarkup(sentence)}</li>`).join("")}</ul>`];
}

function foot({ judged }: Page): string {
  const rules = judged.map(({ label, text }) => `<b>${label}</b> ${escapeMarkup(text)}`).join(" · ");
  return `<footer>How calls were judged: ${rules}. What nobody looked at says “${NOT_MEASURED}”.</footer>`;
}
