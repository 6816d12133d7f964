import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { openAiCompletions } from "../../src/providers/openai-completions.ts";
import { bytesOf, CONTEXT, chatRequest, frameOf, plainReply, streamReply, textOf } from "../support/openai.ts";
import { failureOf, withOpenAi } from "../support/openai-clients.ts";

const ASKED = { model: "sample-model", prompt: "Say hello." };

function callOf(changes: object = {}) {
  const call = openAiCompletions.recognise(chatRequest({ ...ASKED, ...changes }, "/v1/completions"));
  if (call === undefined) throw new Error("not recognised");
  return call;
}

const written = (changes: object, reply = plainReply()) => {
  const { contentType, frames } = openAiCompletions.write(reply, callOf(changes));
  return streamReply(frames, contentType);
};

describe("recognising", () => {
  it.each([
    ["/v1/completions", true],
    ["/completions?x=1", true],
    ["/v1/chat/completions", false],
    ["/v1/fim/completions", false],
    ["/v1/agents/completions", false],
    ["/v1/completions/1", false],
  ])("%s: %s", (path, concerned) => {
    expect(openAiCompletions.concerns({ method: "POST", path, headers: [] })).toBe(concerned);
    expect(openAiCompletions.recognise(chatRequest(ASKED, path)) !== undefined).toBe(concerned);
  });

  it("counts prompts, token numbers and alternatives", () => {
    expect(callOf()).toMatchObject({ lastUserText: "Say hello.", maxOutputTokens: 16, choices: 1, inputTokens: 3 });
    expect(callOf({ prompt: ["one", "two"], n: 3, max_tokens: 9 })).toMatchObject({ choices: 6, maxOutputTokens: 9 });
    expect(callOf({ prompt: [1, 2, 3] })).toMatchObject({ choices: 1, inputTokens: 3, lastUserText: "" });
    expect(callOf({ prompt: [[1, 2], [3]] })).toMatchObject({ choices: 2, inputTokens: 3 });
    expect(callOf({ prompt: null })).toMatchObject({ choices: 1, inputTokens: 0 });
  });
});

it("reads text, finish, usage, error and the end", () => {
  const read = (value: unknown) => openAiCompletions.read(frameOf(`data: ${JSON.stringify(value)}\n\n`));
  const choices = [
    { index: 1, text: "other", finish_reason: null },
    { index: 0, text: "mine", finish_reason: "length" },
  ];
  expect(read({ choices })).toMatchObject({ text: "mine", tokens: 3, finish: "length" });
  expect(read({ choices: [], usage: { prompt_tokens: 2, completion_tokens: 1 } }).usage?.inputTokens).toBe(2);
  expect(read({ error: { message: "no" } }).error?.message).toBe("no");
  expect(openAiCompletions.read(frameOf("data: [DONE]\n\n")).terminator).toBe(true);
  expect(read({ choices: [7, { text: 7 }] })).toMatchObject({ text: "" });
});

describe("the official client", () => {
  it("reads a whole answer, with an alternative for each prompt", async () => {
    const asked = { ...ASKED, prompt: ["one", "two"] };
    const completion = await withOpenAi(written(asked), (client) => client.completions.create(asked));
    expect(completion.choices.map(({ text, index, finish_reason }) => [text, index, finish_reason])).toEqual([
      ["Hello there", 0, "stop"],
      ["Hello there", 1, "stop"],
    ]);
    expect(completion.usage?.total_tokens).toBe(6);
  });

  it("iterates a stream with usage", async () => {
    const asked = { ...ASKED, stream: true, stream_options: { include_usage: true } } as const;
    const { text, usage, finish } = await withOpenAi(written(asked), async (client) => {
      const seen = { text: "", usage: 0, finish: "" };
      for await (const chunk of await client.completions.create(asked)) {
        seen.text += chunk.choices[0]?.text ?? "";
        seen.finish ||= chunk.choices[0]?.finish_reason ?? "";
        seen.usage += chunk.usage?.completion_tokens ?? 0;
      }
      return seen;
    });
    expect([text, usage, finish]).toEqual(["Hello there", 3, "stop"]);
  });

  it("throws at an error inside a stream", async () => {
    const call = callOf({ stream: true });
    const broken = openAiCompletions.breakStream({ kind: "overloaded", retryAfterMs: undefined }, call, CONTEXT);
    const reply = streamReply([
      ...openAiCompletions.write(plainReply(), call).frames.slice(0, 1),
      broken ?? bytesOf("no error"),
    ]);
    const failed = withOpenAi(reply, async (client) => {
      for await (const _ of await client.completions.create({ ...ASKED, stream: true })) void _;
    });
    expect(await failureOf(failed)).toMatchObject({ constructor: OpenAI.APIError, code: "server_is_overloaded" });
    expect(textOf(broken ?? bytesOf(""))).toMatch(/\n\ndata: \[DONE\]\n\n$/);
  });
});
