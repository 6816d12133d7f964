import { describe, expect, it } from "vitest";
import { dropFinish } from "../../src/faults/drop_finish.ts";
import { dropUsage } from "../../src/faults/drop_usage.ts";
import { garbledToolCall } from "../../src/faults/garbled_tool_call.ts";
import { wrongFinish } from "../../src/faults/wrong_finish.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { openAiEmbeddings } from "../../src/providers/openai-embeddings.ts";
import { openAiResponses } from "../../src/providers/openai-responses.ts";
import { sampleCall } from "../contract/samples.ts";
import { chatCall, frameOf, textOf } from "../support/openai.ts";
import { count, newStage, plan, startingPosition } from "../support/playbook.ts";

type Fault = Parameters<typeof newStage>[0];

/** What leaves the stage, event by event, for these `data:` lines of a chat stream. */
function streamed(fault: Fault, params: object, data: readonly string[], dialect = openAiChat): string[] {
  const stage = newStage(fault, params, { dialect, call: sampleCall(dialect, true) });
  const at = startingPosition();
  const steps = data.flatMap((line) => {
    const frame = frameOf(`data: ${line}\n\n`);
    const meaning = dialect.read(frame);
    const made = stage.onFrame(frame, meaning, { ...at });
    count(at, frame, meaning);
    return made;
  });
  return steps.flatMap((step) => (step.do === "send" ? [textOf(step.bytes).slice(6, -2)] : [step.do]));
}

/** The same for an unstreamed body, in chunks. */
function whole(fault: Fault, params: object, chunks: readonly string[]): string[] {
  const stage = newStage(fault, params, { call: chatCall() });
  const at = startingPosition();
  const frames = chunks.map((text) => ({ ...frameOf(text), data: undefined }));
  const steps = [
    ...frames.flatMap((frame) => stage.onFrame(frame, openAiChat.read(frame), at)),
    ...(stage.onEnd?.(at) ?? []),
  ];
  return steps.flatMap((step) => (step.do === "send" ? [textOf(step.bytes)] : [step.do]));
}

const text = '{"choices":[{"index":0,"delta":{"content":"stop"},"finish_reason":null}]}';
const finish = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}';
const last =
  '{"choices":[{"index":0,"delta":{"content":"stop"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}';
const usage = '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}';

describe("drop_finish", () => {
  it("drops an event that says nothing else, and takes the word out of one that does", () => {
    expect(streamed(dropFinish, {}, [text, finish, "[DONE]"])).toEqual([text, "applied", "[DONE]"]);
    expect(streamed(dropFinish, {}, [last])).toEqual([
      "applied",
      last.replace('"finish_reason":"stop"', '"finish_reason":null'),
    ]);
  });

  it("is not exercised by an answer without a finish", () => {
    expect(streamed(dropFinish, {}, [text, "no json", "[DONE]"])).toEqual([text, "no json", "[DONE]"]);
    expect(whole(dropFinish, {}, ['{"choices":', "[]}"])).toEqual(['{"choices":[]}']);
  });

  it("passes what is too large to be kept back", () => {
    const part = "x".repeat(3 * 1024 * 1024);
    expect(whole(dropFinish, {}, [part, part, "y"]).map(({ length }) => length)).toEqual([2 * part.length, 1]);
  });

  it("hands over a kept body when it is taken out", () => {
    const stage = newStage(dropFinish, {}, { call: chatCall() });
    const frame = { ...frameOf("{"), data: undefined };
    expect(stage.onFrame(frame, openAiChat.read(frame), startingPosition())).toEqual([]);
    expect(textOf(stage.flush?.() ?? new Uint8Array())).toBe("{");
  });
});

describe("drop_usage", () => {
  it("drops the event of its own, and empties it where more is said", () => {
    expect(streamed(dropUsage, {}, [text, finish, usage, "[DONE]"])).toEqual([text, finish, "applied", "[DONE]"]);
    expect(streamed(dropUsage, {}, [last])).toEqual(["applied", last.replace(/"usage":\{.*?\}/, '"usage":{}')]);
    expect(streamed(dropUsage, {}, [text.replace("}]", '}],"usage":null').replace("]}", "}")])).not.toContain(
      "applied",
    );
  });
});

describe("wrong_finish", () => {
  it("says what is wanted, in the provider's word, and leaves a text of the same word alone", () => {
    const wrong = finish.replace('"stop"', '"length"');
    expect(streamed(wrongFinish, {}, [text, finish])).toEqual([text, "applied", wrong]);
    expect(streamed(wrongFinish, {}, [wrong])).toEqual(["applied", finish]);
    expect(streamed(wrongFinish, { says: "tool_calls" }, [finish])[1]).toContain('"tool_calls"');
    expect(streamed(wrongFinish, { says: "stop" }, [finish])).toEqual([finish]);
  });

  it("does not apply to a format without a finish", () => {
    const changes = { dialect: openAiEmbeddings, call: sampleCall(openAiEmbeddings, false) };
    expect(plan(wrongFinish, {}, changes)).toEqual([]);
  });
});

describe("garbled_tool_call", () => {
  const piece = (args: string, index = 0) =>
    JSON.stringify({ choices: [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: args } }] } }] });

  it("cuts inside the first piece and empties the others", () => {
    const sent = streamed(garbledToolCall, {}, [text, piece(""), piece('{"ci'), piece('ty":1}'), finish]);
    expect(sent).toEqual([text, piece(""), "applied", piece('{"'), piece(""), finish]);
  });

  it("makes invalid what comes in one piece or in many", () => {
    expect(streamed(garbledToolCall, { how: "invalid" }, [piece('{"a'), piece('":1}')])).toEqual([
      "applied",
      piece('{,"a'),
      piece('":1}'),
    ]);
    expect(streamed(garbledToolCall, {}, [piece("{}")])).toEqual(["applied", piece("{")]);
  });

  it("garbles each call where the format repeats whole arguments", () => {
    const delta = (value: string) => JSON.stringify({ type: "response.function_call_arguments.delta", delta: value });
    const done = (value: string) => JSON.stringify({ type: "response.function_call_arguments.done", arguments: value });
    const two = [delta('{"a"'), delta(":1}"), done('{"a":1}'), delta('{"b":2}'), done('{"b":2}')];
    const end = (a: string, b: string) =>
      JSON.stringify({ type: "response.completed", response: { output: [{ arguments: a }, { arguments: b }] } });
    const sent = streamed(garbledToolCall, {}, [...two, end('{"a":1}', '{"b":2}')], openAiResponses);
    expect(sent.filter((line) => line !== "applied")).toEqual([
      delta('{"'),
      delta(""),
      done('{"'),
      delta('{"b"'),
      done('{"b"'),
      end('{"', '{"b"'),
    ]);
  });

  it("garbles an unstreamed reply, and leaves one without a call alone", () => {
    const body = (args: string) =>
      JSON.stringify({ choices: [{ message: { tool_calls: [{ function: { arguments: args } }] } }] });
    const plain = body('{"city":1}');
    expect(whole(garbledToolCall, {}, [plain.slice(0, 30), plain.slice(30)])).toEqual(["applied", body('{"cit')]);
    expect(whole(garbledToolCall, {}, [body("")])).toEqual([body("")]);
  });
});
