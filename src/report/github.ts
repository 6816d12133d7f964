import type { RepeatSummary } from "../core/repeats.ts";
import type { Report } from "../core/report.ts";
import { escaped, fenced, rows } from "./markdown-parts.ts";
import { layOutPage } from "./sentences/index.ts";
import { VERDICTS } from "./sentences/words.ts";

/** A run as a job summary shows it: verdict, expectations, where it begins, and how to play it again. Compact Markdown. */
export function stepSummary(report: Report): string {
  const page = layOutPage(report);
  const { sign, word, stopped, sentence } = page.verdict;
  const early = stopped === undefined ? "" : `, stopped early (${escaped(stopped)})`;
  const idle = report.faults.filter(({ hits }) => hits === 0);
  const lines = [
    `### ${sign} ${word}${early}: ${escaped(report.scenario)}`,
    "",
    escaped(sentence),
    ...table(
      ["", "expected", "observed"],
      page.expectations.map((line) => [line.sign, line.rule, line.observed]),
    ),
    ...idle.map(({ rule, name }) => `- ⚠ fault ${escaped(rule)} (${escaped(name)}) was not exercised`),
    ...page.knees.lines.map(({ what, measured }) => `- ${escaped(what)}: ${escaped(measured)}`),
    ...repeatIt(report.reproduce),
  ];
  return `${lines.join("\n")}\n`;
}

/** The same for a series of repeats. */
export function repeatsSummary(summary: RepeatSummary): string {
  const { sign, word } = VERDICTS[summary.verdict];
  const early = summary.stopped === null ? "" : `, stopped early (${escaped(summary.stopped)})`;
  const lines = [
    `### ${sign} ${word}${early}: ${escaped(summary.scenario)}, ${summary.runs.length} of ${summary.repeats} repeats`,
    ...table(
      ["", "expected", "held", ""],
      summary.expectations.map((one) => [
        VERDICTS[one.verdict].sign,
        `${one.explained}${one.phase === null ? "" : `, in ${one.phase}`}`,
        `${one.held} of ${one.held + one.broken + one.not_judged}`,
        one.flaky ? "flaky" : "",
      ]),
    ),
    ...table(
      ["", "run", "seed", "folder"],
      summary.runs.map((run, index) => [VERDICTS[run.verdict].sign, String(index + 1), String(run.seed), run.folder]),
    ),
    ...repeatIt(summary.reproduce),
  ];
  return `${lines.join("\n")}\n`;
}

/** Workflow commands: an error for each broken expectation and for a run that was stopped, a warning for what could not be judged. */
export function annotations(report: Report): string[] {
  const title = `llm-chaos: ${report.scenario}`;
  const stopped = report.stopped === null ? [] : [command("error", title, `stopped early: ${report.stopped}`)];
  return [
    ...stopped,
    ...report.expectations.flatMap(({ verdict, explained, phase, summary }) => {
      if (verdict === "pass") return [];
      const where = phase === null ? "" : ` in ${phase}`;
      return [command(verdict === "fail" ? "error" : "warning", title, `${explained}${where}: ${summary}`)];
    }),
  ];
}

function command(level: "error" | "warning", title: string, message: string): string {
  const data = (text: string) => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = data(title).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::${level} title=${property}::${data(message)}`;
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  return body.length === 0 ? [] : ["", ...rows(head, body), ""];
}

function repeatIt(reproduce: string): string[] {
  return reproduce === "" ? [] : ["", ...fenced(reproduce)];
}
