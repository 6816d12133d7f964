import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { openAiEmbeddings } from "../../src/providers/openai-embeddings.ts";
import { CONTEXT, chatRequest, plainReply, streamReply, textOf } from "../support/openai.ts";
import { failureOf, withOpenAi } from "../support/openai-clients.ts";

const ASKED = { model: "sample-model", input: ["one", "two"] };

function callOf(changes: object = {}) {
  const call = openAiEmbeddings.recognise(chatRequest({ ...ASKED, ...changes }, "/v1/embeddings"));
  if (call === undefined) throw new Error("not recognised");
  return call;
}

const written = (changes: object) => {
  const { contentType, frames } = openAiEmbeddings.write(plainReply(), callOf(changes));
  return streamReply(frames, contentType);
};
const vectors = (changes: object): number[][] =>
  JSON.parse(textOf(written(changes).body)).data.map(({ embedding }: { embedding: number[] }) => embedding);

describe("recognising", () => {
  it("charges the input alone, and never streams", () => {
    const call = callOf({ stream: true, input: ["x".repeat(400), "y".repeat(400)] });
    expect(call).toMatchObject({ dialect: "openai-embeddings", stream: false, inputTokens: 200, tools: false });
    expect(openAiEmbeddings.charge(call)).toEqual({ requests: 1, inputTokens: 200, outputTokens: 0, tokens: 200 });
    expect(callOf({ input: [1, 2, 3, 4] }).inputTokens).toBe(4);
    expect(openAiEmbeddings.concerns({ method: "POST", path: "/v1/embeddings/x", headers: [] })).toBe(false);
  });
});

describe("vectors", () => {
  it("are the same for the same text, whatever stands beside it, and have length 1", () => {
    const [one, two] = vectors({ dimensions: 64 });
    expect(vectors({ input: "two", dimensions: 64 })).toEqual([two]);
    expect(one).not.toEqual(two);
    expect(one).toHaveLength(64);
    expect(Math.hypot(...(one ?? []))).toBeCloseTo(1, 5);
    expect(vectors({ input: [[1, 2], [3]], dimensions: 8 })).toHaveLength(2);
  });

  it("stay within bounds", () => {
    expect(vectors({ input: "x", dimensions: 1e12 })[0]).toHaveLength(4_096);
    expect(vectors({ input: "x" })[0]).toHaveLength(1_536);
    expect(vectors({ input: Array(5_000).fill("x"), dimensions: 1 })).toHaveLength(2_048);
  });
});

describe("the official client", () => {
  it("decodes what it asks for by itself: base64", async () => {
    const [one, two] = vectors({ dimensions: 32 });
    const result = await withOpenAi(written({ dimensions: 32, encoding_format: "base64" }), (client) =>
      client.embeddings.create({ ...ASKED, dimensions: 32 }),
    );
    expect(result.data.map(({ embedding }) => [...embedding])).toEqual([one, two]);
    expect(result.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  });

  it("reads plain numbers", async () => {
    const result = await withOpenAi(written({ dimensions: 4 }), (client) =>
      client.embeddings.create({ ...ASKED, dimensions: 4, encoding_format: "float" }),
    );
    expect(result.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 4],
      [1, 4],
    ]);
  });

  it("has its own class for a refusal", async () => {
    const refusal = { dimension: "tpm", limit: 100, used: 90, requested: 20, waitMs: 6_000, windowMs: 60_000 } as const;
    const reply = openAiEmbeddings.refuse(
      { kind: "rate_limit", refusal, readings: [], hints: undefined },
      callOf(),
      CONTEXT,
    );
    const error = await failureOf(withOpenAi(reply, (client) => client.embeddings.create(ASKED)));
    expect(error).toMatchObject({ constructor: OpenAI.RateLimitError, type: "tokens" });
  });
});

it("tells the usage, and never breaks a stream", () => {
  expect(openAiEmbeddings.readWhole(written({}).body).usage).toEqual({ inputTokens: 3, outputTokens: 0 });
  expect(openAiEmbeddings.breakStream({ kind: "server_error", retryAfterMs: undefined }, callOf(), CONTEXT)).toBe(
    undefined,
  );
});
