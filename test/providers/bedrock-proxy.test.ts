import { ConverseCommand, ConverseStreamCommand, ThrottlingException } from "@aws-sdk/client-bedrock-runtime";
import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import { truncate } from "../../src/faults/truncate.ts";
import { createLimiter } from "../../src/limits/index.ts";
import { bedrock } from "../../src/providers/bedrock.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import {
  bedrockCall,
  bedrockClient,
  converseBody,
  EVENT_STREAM,
  MODEL,
  pathOf,
  recordedShape,
  SAY_HELLO,
  TOKEN,
} from "../support/bedrock.ts";
import { spec } from "../support/limits.ts";
import { plainReply } from "../support/openai.ts";
import { failureOf } from "../support/openai-clients.ts";
import { reshaped, startTestProxy, startUpstream } from "../support/proxy.ts";

/** Through the running proxy: what passes, what it sees, and how its counted limits meet the official client. */

const BYTES = Buffer.concat(recordedShape());
const BODY = JSON.stringify(converseBody());

/** Sends the bytes cut in odd places: inside a prelude, inside a character, several messages at once. */
async function relayed(bytes: Buffer, options: Parameters<typeof startTestProxy>[0] | object = {}) {
  const cuts = [0, 5, 130, bytes.indexOf("ü") + 1, bytes.indexOf("🌤") + 2, bytes.length - 3, bytes.length];
  const upstream = await startUpstream((_, response) => {
    response.writeHead(200, { "Content-Type": EVENT_STREAM, "x-amzn-RequestId": "sample-id" });
    const send = (i: number) => {
      response.write(bytes.subarray(cuts[i], cuts[i + 1]));
      if (i + 2 < cuts.length) setTimeout(send, 5, i + 1);
      else response.end();
    };
    send(0);
  });
  const proxy = await startTestProxy({ ...options, upstream: upstream.url });
  const response = await fetch(`${proxy.url}${pathOf("converse-stream")}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}` },
    body: BODY,
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { upstream, proxy, response, body, ended: await proxy.event("reply_ended") };
}

describe("a stream in the shape of a recorded one", () => {
  it("passes byte for byte, and is understood", async () => {
    const { upstream, proxy, response, body, ended } = await relayed(BYTES);
    expect(body.equals(BYTES)).toBe(true);
    expect(response.headers.get("content-type")).toBe(EVENT_STREAM);
    expect(response.headers.get("x-amzn-requestid")).toBe("sample-id");
    expect(upstream.requests[0]).toMatchObject({ path: pathOf("converse-stream"), body: Buffer.from(BODY) });
    expect(proxy.of("call_received")[0]).toMatchObject({
      dialect: "bedrock",
      provider: "bedrock",
      model: MODEL,
      stream: true,
    });
    expect(proxy.of("first_content")).toHaveLength(1);
    expect(proxy.of("usage_seen")[0]).toMatchObject({ input_tokens: 1_012, output_tokens: 77, cached_tokens: 900 });
    expect(proxy.of("finish_seen")[0]).toMatchObject({ finish: "tool_use" });
    expect(ended).toMatchObject({ how: "complete", finish: true, error_in_stream: false, tokens: 77 });
    expect(JSON.stringify(proxy.events) + proxy.lines.join("")).not.toContain(TOKEN);
  });

  it("is cut between two messages by a truncation, not inside of one", async () => {
    const stage = truncate.plan(truncate.params.parse({ after: "before_finish" }), {} as never)[0];
    if (stage?.do !== "reshape") throw new Error("truncate reshapes");
    const { body, ended } = await relayed(BYTES, { faults: [reshaped(stage.newStage)] });
    expect(body.equals(Buffer.concat(recordedShape().slice(0, -2)))).toBe(true);
    expect(ended).toMatchObject({ finish: false });
  });
});

it("passes everything else of the service through", async () => {
  const upstream = await startUpstream((_, response) => response.end('{"inputTokens":3}'));
  const proxy = await startTestProxy({ upstream: upstream.url });
  const path = `/model/${encodeURIComponent(MODEL)}/count-tokens`;
  const response = await fetch(`${proxy.url}${path}`, { method: "POST", body: "{}" });
  expect(await response.json()).toEqual({ inputTokens: 3 });
  expect((await proxy.event("passed_through")).path).toBe(path);
});

describe("a counted limit", () => {
  async function wall(limits: LimitSpec["limits"], { usage = { inputTokens: 3, outputTokens: 3 }, more = {} } = {}) {
    const upstream = await startUpstream((request, response) => {
      const stream = request.url?.endsWith("-stream") === true;
      const call = bedrockCall(stream ? "converse-stream" : "converse");
      const { contentType, frames } = bedrock.write(plainReply({ usage }), call);
      response.writeHead(200, { "content-type": contentType }).end(Buffer.concat(frames));
    });
    const system = createSystemClock();
    let moved = 0;
    const clock = {
      nowMs: () => system.nowMs() + moved,
      wallMs: () => system.wallMs() + moved,
      after: system.after,
    };
    const limiter = createLimiter({ specs: [spec(limits, { provider: "bedrock" })], clock });
    const proxy = await startTestProxy({ upstream: upstream.url, clock, limiter });
    const client = bedrockClient(proxy.url, more);
    const ask = async (maxTokens: number, modelId = MODEL) => {
      const input = { modelId, messages: [SAY_HELLO], inferenceConfig: { maxTokens } };
      return (await client.send(new ConverseCommand(input))).output?.message?.content?.[0]?.text;
    };
    const move = (ms: number) => {
      moved += ms;
    };
    return { upstream, proxy, client, ask, move };
  }

  it("of requests refuses the official client in Bedrock's words, and serves it when there is room again", async () => {
    const { upstream, proxy, ask, move } = await wall({ rpm: 2 });
    expect(await ask(10)).toBe("Hello there");
    expect(await ask(10)).toBe("Hello there");
    const error = await failureOf(ask(10));
    expect(error).toMatchObject({ constructor: ThrottlingException, $response: { headers: expect.any(Object) } });
    expect((error as Error).message).toMatch(/^Too many requests, /);
    const [refused] = proxy.of("call_refused");
    expect(refused).toMatchObject({ origin: "counted", dimension: "rpm", limit: 2 });
    // Nothing is announced, so the run knows of no wait that a client could have kept.
    expect(refused?.announced_ms).toBeUndefined();
    move(30_000);
    expect(await ask(10)).toBe("Hello there");
    expect(upstream.requests).toHaveLength(3);
  });

  it("lets its retries meet the wall as one call", async () => {
    const { proxy, ask } = await wall({ rpm: 1 }, { more: { maxAttempts: 3 } });
    await ask(10);
    expect(await failureOf(ask(10))).toMatchObject({ $metadata: { attempts: 3 } });
    const identities = proxy.of("call_received").map(({ joins }) => joins.identity);
    expect(identities).toHaveLength(4);
    expect(new Set(identities.slice(1)).size).toBe(1);
    expect(identities[0]).not.toBe(identities[1]);
  });

  it("of tokens reserves the maximum, and gives back what was not used", async () => {
    const { proxy, ask } = await wall({ tpm: 1_000 });
    const error = await failureOf(ask(5_000));
    expect(error).toMatchObject({ message: "Too many tokens, please wait before trying again." });
    expect(proxy.of("call_refused")[0]).toMatchObject({ dimension: "tpm", requested: 5_003 });
    for (let i = 0; i < 3; i++) {
      expect(await ask(900)).toBe("Hello there");
      await proxy.event("reply_ended", i + 2);
    }
  });

  it("burns five for each token of output where the model does", async () => {
    const claude = "us.anthropic.claude-sonnet-4-20250514-v1:0";
    const { proxy, ask } = await wall({ tpm: 10_000 }, { usage: { inputTokens: 3, outputTokens: 1_900 } });
    expect(await ask(2_000, claude)).toBe("Hello there");
    await proxy.event("reply_ended");
    expect(await failureOf(ask(2_000, claude))).toBeInstanceOf(ThrottlingException);
    expect(proxy.of("call_refused")[0]?.used).toBeGreaterThan(9_300);
    // Another model has a quota of its own, and burns one.
    expect(await ask(2_000)).toBe("Hello there");
    await proxy.event("reply_ended", 3);
    expect(await ask(2_000)).toBe("Hello there");
  });

  it("of a stream is settled by the usage at its end", async () => {
    const { proxy, client, ask } = await wall({ tpm: 1_000 });
    const input = { modelId: MODEL, messages: [SAY_HELLO], inferenceConfig: { maxTokens: 900 } };
    const { stream } = await client.send(new ConverseStreamCommand(input));
    for await (const _ of stream ?? []);
    await proxy.event("reply_ended");
    expect(await ask(900)).toBe("Hello there");
  });
});

it("does not mind a signature it cannot check, and takes the client's endpoint from its environment", async () => {
  const upstream = await startUpstream((_, response) => {
    const { contentType, frames } = bedrock.write(plainReply(), bedrockCall("converse"));
    response.writeHead(200, { "content-type": contentType }).end(Buffer.concat(frames));
  });
  const proxy = await startTestProxy({ upstream: upstream.url });
  process.env["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"] = proxy.url;
  try {
    const client = bedrockClient(undefined, {
      authSchemePreference: ["sigv4"],
      credentials: { accessKeyId: "not-an-id-0001", secretAccessKey: "not-a-secret-0001" },
    });
    const answer = await client.send(new ConverseCommand({ modelId: MODEL, messages: [SAY_HELLO] }));
    expect(answer.output?.message?.content).toEqual([{ text: "Hello there" }]);
  } finally {
    delete process.env["AWS_ENDPOINT_URL_BEDROCK_RUNTIME"];
  }
  const headers = upstream.requests[0]?.rawHeaders ?? [];
  const authorization = headers[headers.findIndex((name) => name.toLowerCase() === "authorization") + 1];
  expect(authorization).toContain("AWS4-HMAC-SHA256 ");
  expect(JSON.stringify(proxy.events)).not.toContain("Signature=");
});
