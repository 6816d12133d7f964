import { expect, it } from "vitest";
import { takesEffect } from "../../scripts/faults/applies.ts";
import { exampleOf, ON_TOOL_CALLS } from "../../scripts/faults/examples.ts";
import { playStage } from "../../scripts/faults/play.ts";
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

/** What the fault's example does to the dialect's own answer. */
function measured(fault: Fault, dialect: Dialect, stream: boolean): boolean {
  const call = { ...sampleCall(dialect, stream), usageInStream: true };
  const reply = dialect.write(ON_TOOL_CALLS.has(fault.name) ? TOOL_CALL : ANSWER, call);
  const { params } = parseFaultLine(exampleOf(fault.name));
  const plan = fault.plan(fault.params.parse(params ?? {}), faultContext({ call, dialect }));
  return plan.some((injection) => {
    if (injection.do !== "reshape") return true;
    const steps = playStage(injection.newStage(), { dialect, call, ...reply, chunks: reply.frames });
    return steps.some((step) => step.do === "applied");
  });
}

it.each(
  [...faults.values()].map((fault) => [fault.name, fault] as const),
)("%s takes effect on exactly the formats of which it is said", (name, fault) => {
  const pairs = dialects.flatMap((dialect) => [true, false].map((stream) => ({ dialect, stream })));
  const said = pairs.filter(({ dialect, stream }) => takesEffect(name, { dialect, stream, params: {} }));
  const found = pairs.filter(({ dialect, stream }) => measured(fault, dialect, stream));
  const words = ({ dialect, stream }: (typeof pairs)[number]) => `${dialect.id}${stream ? " streamed" : ""}`;
  expect(found.map(words)).toEqual(said.map(words));
  expect(found.length).toBeGreaterThan(0);
});
