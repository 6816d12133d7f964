import { expect, it } from "vitest";
import { takesEffect } from "../../scripts/faults/applies.ts";
import { exampleOf, ON_TOOL_CALLS } from "../../scripts/faults/examples.ts";
import { playStage } from "../../scripts/faults/play.ts";
import { choicesOf } from "../../scripts/faults/where.ts";
import type { Dialect } from "../../src/core/dialect.ts";
import type { Fault } from "../../src/core/fault.ts";
import { faults } from "../../src/faults/index.ts";
import { dialects } from "../../src/providers/index.ts";
import { parseFaultLine } from "../../src/scenario/index.ts";
import { plainReply } from "../support/openai.ts";
import { faultContext } from "../support/playbook.ts";
import { sampleCall } from "./samples.ts";

const ANSWER = plainReply({ pieces: ["The", " sky", " is", " blue", " and", " deep", "."] });
const TOOL_CALL = plainReply({
  pieces: [],
  finish: "tool_calls",
  toolCall: { id: "call_1", name: "weather", argumentPieces: ['{"ci', 'ty":"Pa', 'ris"}'] },
});

interface Pairing {
  fault: Fault;
  dialect: Dialect;
  stream: boolean;
  /** Beside or instead of the example's. */
  params: object;
}

/** What the fault's example does to the dialect's own answer. */
function measured({ fault, dialect, stream, params: given }: Pairing): boolean {
  const call = { ...sampleCall(dialect, stream), usageInStream: true };
  const reply = dialect.write(ON_TOOL_CALLS.has(fault.name) ? TOOL_CALL : ANSWER, call);
  const { params } = parseFaultLine(exampleOf(fault.name));
  const plan = fault.plan(fault.params.parse({ ...(params as object), ...given }), faultContext({ call, dialect }));
  return plan.some((injection) => {
    if (injection.do !== "reshape") return true;
    const steps = playStage(injection.newStage(), { dialect, call, ...reply, chunks: reply.frames });
    return steps.some((step) => step.do === "applied");
  });
}

const words = ({ dialect, stream, params }: Pairing) =>
  `${dialect.id}${stream ? " streamed" : ""} ${JSON.stringify(params)}`;

/** Choices that the sample answer cannot show: it ends with a stop, and has no character of several bytes. */
const NOT_SHOWN: ReadonlySet<string> = new Set([
  "wrong_finish says stop",
  "truncate inside character",
  "disconnect inside character",
]);

it.each(
  [...faults.values()].map((fault) => [fault.name, fault] as const),
)("%s takes effect on exactly the formats of which it is said", (name, fault) => {
  const choices = choicesOf(fault.params).filter(([param, value]) => !NOT_SHOWN.has(`${name} ${param} ${value}`));
  const variants = [{}, ...choices.map(([param, value]) => ({ [param]: value }))];
  const pairs: Pairing[] = dialects.flatMap((dialect) =>
    [true, false].flatMap((stream) => variants.map((params) => ({ fault, dialect, stream, params }))),
  );
  const found = pairs.filter(measured).map(words);
  expect(found).toEqual(pairs.filter((pair) => takesEffect(name, pair)).map(words));
  expect(found.length).toBeGreaterThan(0);
});
