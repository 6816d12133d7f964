import { describe, expect, it } from "vitest";
import { HAS_ARGUMENTS_AS_TEXT, WITHOUT_TEXT } from "../../scripts/faults/applies.ts";
import { playStage } from "../../scripts/faults/play.ts";
import type { Dialect, FrameMeaning, PlainReply } from "../../src/core/dialect.ts";
import type { Fault } from "../../src/core/fault.ts";
import { dropFinish } from "../../src/faults/drop_finish.ts";
import { dropUsage } from "../../src/faults/drop_usage.ts";
import { garbledToolCall } from "../../src/faults/garbled_tool_call.ts";
import { wrongFinish } from "../../src/faults/wrong_finish.ts";
import { dialects } from "../../src/providers/index.ts";
import { plainReply, textOf } from "../support/openai.ts";
import { newStage } from "../support/playbook.ts";
import { framesIn, sampleCall } from "./samples.ts";

/** What faults that rewrite a reply make of it, as a reader of each format would understand it. */

const TOOL_CALL = plainReply({
  finish: "tool_calls",
  toolCall: { id: "call_7", name: "weather", argumentPieces: ['{"ci', 'ty":"Pa', 'ris"}'] },
});

interface Format {
  dialect: Dialect;
  stream: boolean;
}

const formats = dialects
  .filter(({ id }) => !WITHOUT_TEXT.has(id))
  .flatMap((dialect) => [true, false].map((stream): Format => ({ dialect, stream })))
  .map((format): [string, Format] => [`${format.dialect.id}${format.stream ? " streamed" : ""}`, format]);

/** The reply's own frames, then those that leave the stage. */
function rewritten(
  fault: Fault<never> | Fault,
  { dialect, stream }: Format,
  params = {},
  reply: PlainReply = plainReply(),
) {
  // Usage in the stream, where the format asks whether it is wanted.
  const call = { ...sampleCall(dialect, stream), usageInStream: true };
  const stage = newStage(fault, params, { dialect, call });
  const { frames, contentType } = dialect.write(reply, call);
  const chunks = stream ? frames : halves(Buffer.concat(frames));
  const steps = playStage(stage, { dialect, call, contentType, chunks });
  const after = steps.flatMap((step) => (step.do === "send" ? [step.bytes] : []));
  const read = (parts: readonly Uint8Array[]) => {
    if (!stream) return dialect.readWhole(Buffer.concat(parts));
    return parts
      .flatMap((bytes) => framesIn(bytes, dialect, call))
      .map((frame) => dialect.read(frame))
      .reduce(joined);
  };
  const applied = steps.filter((step) => step.do === "applied").length;
  const said = after.flatMap((bytes) => framesIn(bytes, dialect, call)).map((frame) => dialect.unwrap?.(frame) ?? "");
  return { applied, before: read(chunks), after: read(after), sent: [...after.map(textOf), ...said].join("") };
}

function halves(body: Uint8Array): Uint8Array[] {
  const middle = Math.floor(body.length / 2);
  return [body.subarray(0, middle), body.subarray(middle)];
}

function joined(before: FrameMeaning, next: FrameMeaning): FrameMeaning {
  return {
    ...before,
    ...next,
    text: before.text + next.text,
    toolArguments: before.toolArguments + next.toolArguments,
    reasoning: before.reasoning + next.reasoning,
    tokens: before.tokens + next.tokens,
  };
}

describe.each(formats)("%s", (_, format) => {
  it("drop_finish leaves the text and no finish", () => {
    const { applied, before, after } = rewritten(dropFinish, format);
    expect(before.finish).toBeDefined();
    expect([applied, after.finish, after.text]).toEqual([1, undefined, before.text]);
  });

  it("drop_usage leaves the text, the finish and no usage", () => {
    const { applied, before, after } = rewritten(dropUsage, format);
    expect(before.usage).toBeDefined();
    expect([applied, after.usage, after.text, after.finish]).toEqual([1, undefined, before.text, before.finish]);
  });

  it("wrong_finish leaves everything but the finish, which is another of the provider's words", () => {
    const { applied, before, after } = rewritten(wrongFinish, format);
    expect([applied, after.text, after.usage]).toEqual([1, before.text, before.usage]);
    expect(after.finish).not.toBe(before.finish);
    const cut = rewritten(wrongFinish, format, {}, plainReply({ finish: "length" }));
    expect([cut.before.finish, cut.after.finish]).toEqual([after.finish, before.finish]);
  });

  it("garbled_tool_call leaves arguments that are no JSON, under the finish there was", () => {
    for (const how of ["cut", "invalid"]) {
      const { applied, before, after, sent } = rewritten(garbledToolCall, format, { how }, TOOL_CALL);
      if (!HAS_ARGUMENTS_AS_TEXT(format.dialect, format.stream)) {
        expect([applied, after]).toEqual([0, before]);
        continue;
      }
      expect(JSON.parse(before.toolArguments)).toEqual({ city: "Paris" });
      expect(applied).toBe(1);
      expect(() => JSON.parse(after.toolArguments)).toThrow();
      expect(after.finish).toBe(before.finish);
      // Formats that repeat the whole behind its pieces must not give it away there.
      expect(sent).not.toContain(String.raw`{\"city\":\"Paris\"}`);
    }
  });
});
