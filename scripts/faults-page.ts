import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeParams } from "../src/core/describe-params.ts";
import type { Fault } from "../src/core/fault.ts";
import { faults } from "../src/faults/index.ts";
import { clientsSection, readClients } from "./faults/clients.ts";
import { exampleOf } from "./faults/examples.ts";
import { createSample } from "./faults/sample.ts";
import { whereWords } from "./faults/where.ts";
import { commonFields, sampleLines, wireExcerpt } from "./faults/wire.ts";

/** Writes docs/faults.md from the faults themselves and from docs/clients.json. A test checks that the page is current. */

const docs = join(import.meta.dirname, "..", "docs");

export function faultsPage(): string {
  const clients = readClients(docs);
  const all = [...faults.values()];
  return [
    "# Faults",
    "",
    "<!-- Written by `npm run docs:faults`. Do not edit: run it again. -->",
    "",
    "Every fault by the word that scenarios and `--fault` use. `llm-chaos list faults` prints the same without the excerpts.",
    "",
    all.map(({ name }) => `[${name}](#${name})`).join(" · "),
    "",
    ...forms(),
    ...sampleSection(),
    ...all.flatMap((fault) => [...faultSection(fault), clientsSection(fault.name, clients), ""]),
  ].join("\n");
}

function forms(): string[] {
  return [
    "## Positions and durations",
    "",
    "A *position* says where in the reply, by meaning. The break falls behind the event that crosses it. One that is never reached is reported as *not exercised*, and changes nothing.",
    "",
    "| position | |",
    "| --- | --- |",
    "| `{ tokens: 20 }` | after so many output tokens, estimated from the text seen |",
    "| `{ events: 3 }` | after so many events; 0 is before the first |",
    "| `{ bytes: 512 }` | after so many bytes; exact in an unstreamed body |",
    "| `{ share: 40% }` | after a share of all its tokens; only where the upstream is the stub, since nobody knows how long a live reply will be |",
    "| `{ event: content_block_delta, nth: 2 }` | after the n-th event of that name |",
    "| `tool_arguments` | inside the arguments of a tool call |",
    "| `before_finish`, `before_usage`, `before_done` | before the event that says so |",
    "",
    "A duration is `250ms`, `2s`, `5m`. *Or drawn* means that it may also be `{ uniform: [1s, 3s] }`, `{ normal: { mean: 2s, sd: 300ms } }`, `{ lognormal: { median: 400ms, sigma: 0.5 } }`, `{ pareto: { min: 200ms, alpha: 2 } }`, or `{ empirical: waits.txt }`: measured durations, one a line or as a JSON list, in a file beside the scenario (or the list itself). The same seed draws the same.",
    "",
  ];
}

function sampleSection(): string[] {
  const sample = createSample({ toolCall: false });
  return [
    "## The sample",
    "",
    "The excerpts below are not written by hand: each is what the fault made of this stream. A line is a write to the client, `␊` a line break, words in brackets are what happens between writes. The fields with which every event begins are shown as `…`; here they are:",
    "",
    "```text",
    commonFields(sample),
    "```",
    "",
    "```text",
    ...sampleLines(sample),
    "```",
    "",
  ];
}

function faultSection(fault: Fault): string[] {
  return [
    `## ${fault.name}`,
    "",
    `${fault.summary}.`,
    "",
    whereWords(fault),
    "",
    ...paramsTable(fault),
    `On the wire, \`${exampleOf(fault.name)}\`:`,
    "",
    wireExcerpt(fault),
    "",
  ];
}

function paramsTable(fault: Fault): string[] {
  const rows = describeParams(fault.params);
  if (rows.length === 0) return [];
  return [
    "| parameter | written | default | |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ name, form, default: given, required, description }) => {
      const standard = given === undefined ? (required ? "*required*" : "") : `\`${given}\``;
      return `| \`${name}\` | \`${form.replaceAll("|", "\\|")}\` | ${standard} | ${description.replaceAll("|", "\\|")} |`;
    }),
    "",
  ];
}

if (import.meta.main) writeFileSync(join(docs, "faults.md"), faultsPage());
