import { STATUS_CODES } from "node:http";
import { type HeaderList, headerPairs, type WireReply } from "../../src/core/exchange.ts";
import type { Fault, Injection, StreamStep } from "../../src/core/fault.ts";
import { formatDuration } from "../../src/core/units.ts";
import { rewritten } from "../../src/proxy/rewrite-head.ts";
import { parseFaultLine } from "../../src/scenario/index.ts";
import { diffLines } from "./diff.ts";
import { exampleOf, ON_TOOL_CALLS } from "./examples.ts";
import { playStage } from "./play.ts";
import { createSample, type Sample } from "./sample.ts";

/** What a fault makes of the sample, as a block of Markdown. Throws when the example does not show it taking effect. */
export function wireExcerpt(fault: Fault): string {
  const sample = createSample({ toolCall: ON_TOOL_CALLS.has(fault.name) });
  const { params } = parseFaultLine(exampleOf(fault.name));
  const [injection, second] = fault.plan(fault.params.parse(params ?? {}), sample.context);
  if (injection === undefined || second !== undefined)
    throw new Error(`${fault.name}: nothing, or more than one thing`);
  return excerptOf(injection, sample, fault.name);
}

function excerptOf(injection: Injection, sample: Sample, name: string): string {
  switch (injection.do) {
    case "answer":
      return block("http", answerLines(injection.reply));
    case "wait":
      return block("text", [`(${formatDuration(injection.ms)} pass before the provider is called)`]);
    case "reset":
      return block("text", ["(the connection is reset before any byte of an answer)"]);
    case "hang": {
      const long = injection.ms === undefined ? "until the client leaves" : `for ${formatDuration(injection.ms)}`;
      return block("text", [`(no byte of an answer; the connection stays open ${long}, and is then closed)`]);
    }
    case "rewrite-head":
      return block(
        "diff",
        diffLines(headerLines(sample.headers), headerLines(rewritten(sample.headers, injection) ?? [])),
      );
    case "reshape": {
      const steps = playStage(injection.newStage(), { ...sample, chunks: sample.frames });
      if (!steps.some(({ do: verb }) => verb === "applied")) throw new Error(`${name}: the example never takes effect`);
      return block("diff", diffLines(sampleLines(sample), streamLines(steps, sample)));
    }
  }
}

function block(language: string, lines: readonly string[]): string {
  return [`\`\`\`${language}`, ...lines, "```"].join("\n");
}

function answerLines({ status, headers, body }: WireReply): string[] {
  const text = new TextDecoder().decode(body).trimEnd();
  const lines = text === "" ? ["(nothing)"] : text.split("\n");
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...headerLines(headers), "", ...lines];
}

function headerLines(headers: HeaderList): string[] {
  return [...headerPairs(headers)].map(([name, value]) => `${name}: ${value}`);
}

const BODY_ENDS = "(the body ends)";

/** The untouched stream: a line for each write. */
export function sampleLines(sample: Sample): string[] {
  return [...sample.frames.map((bytes) => written(bytes, sample)), BODY_ENDS];
}

function streamLines(steps: readonly StreamStep[], sample: Sample): string[] {
  const lines = steps.flatMap((step) => lineOf(step, sample) ?? []);
  return steps.some((step) => step.do === "end" || step.do === "cut" || step.do === "keep-open")
    ? lines
    : [...lines, BODY_ENDS];
}

function lineOf(step: StreamStep, sample: Sample): string | undefined {
  switch (step.do) {
    case "send":
      return written(step.bytes, sample);
    case "wait":
      return step.ms === 0 ? undefined : `(${formatDuration(step.ms)} pass)`;
    case "end":
      return BODY_ENDS;
    case "cut":
      return step.how === "rst"
        ? "(the connection is reset)"
        : "(the connection is closed without the end of the body)";
    case "keep-open":
      return `(the connection stays open ${step.ms === undefined ? "until the client leaves" : `for ${formatDuration(step.ms)}`})`;
    case "every":
      return step.ms === 0 ? undefined : `(every ${formatDuration(step.ms)} meanwhile: ${written(step.bytes, sample)})`;
    case "applied":
      return undefined;
  }
}

/** One write as one line. What all events of the sample begin with is left out. */
function written(bytes: Uint8Array, sample: Sample): string {
  const common = commonFields(sample);
  const text = new TextDecoder().decode(bytes);
  return text.replaceAll(common, "{…,").replaceAll("\n", "␊");
}

/** The fields with which the JSON of the first two events begins alike, up to the last whole one. */
export function commonFields({ frames }: Pick<Sample, "frames">): string {
  const [first = "", second = ""] = frames.map((bytes) => new TextDecoder().decode(bytes).replace(/^data: /, ""));
  let length = 0;
  while (length < first.length && first[length] === second[length]) length++;
  return first.slice(0, first.slice(0, length).indexOf('"choices"'));
}
