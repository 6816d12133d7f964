import { describe, expect, it } from "vitest";
import { UpstreamFailure } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import { createTokenCounter } from "../../src/tokens/index.ts";
import { createStub, parseStubProfile } from "../../src/upstreams/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { chatRequest, gather, instantCounter } from "../support/stub.ts";

const STEADY = "ttft: 200ms\ninter_token: 20ms\noutput_tokens: 10\n";
const never = new AbortController().signal;

function setUp(profile = STEADY, seed = 7) {
  const clock = createFakeClock();
  const counter = instantCounter;
  const stub = createStub({ seed, clock, dialects, counter, profile: parseStubProfile(profile, "stub.yaml") });
  /** The whole answer, with the clock moved on until it ended. */
  const ask = async (body: Record<string, unknown>) => {
    const asked = stub.upstream(chatRequest(body), never);
    await clock.advance(5_000);
    const reply = await asked;
    const read = gather(reply, clock);
    await clock.advance(5_000);
    return { reply, read };
  };
  const answer = async (body: Record<string, unknown>) => JSON.parse((await ask(body)).read.text);
  return { clock, stub, ask, answer };
}

describe("stub", () => {
  it("streams in the dialect's shape at the profile's pace", async () => {
    const { clock, stub } = setUp();
    const asked = stub.upstream(chatRequest({ stream: true, stream_options: { include_usage: true } }), never);
    await clock.advance(199);
    let reply: Awaited<typeof asked> | undefined;
    void asked.then((it) => {
      reply = it;
    });
    await clock.advance(0);
    expect(reply).toBeUndefined();
    await clock.advance(1);
    expect(reply?.status).toBe(200);
    expect(reply?.headers.join(" ")).toContain("text/event-stream");
    const read = gather(await asked, clock);
    await clock.advance(1_000);
    const content = read.chunks.filter(({ text }) => /"content":"[^"]/.test(text));
    expect(content.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 10 }, (_, i) => 200 + 20 * i));
    expect(read.text).toContain('"finish_reason":"stop"');
    expect(read.text).toContain('"completion_tokens":10');
    expect(read.chunks.at(-1)).toEqual({ atMs: 380, text: "data: [DONE]\n\n" });
    expect(read.ended).toBe("end");
  });

  it("holds an unstreamed answer as long as its stream would take", async () => {
    const { clock, stub } = setUp();
    const asked = stub.upstream(chatRequest({}), never).then(() => clock.nowMs());
    await clock.advance(5_000);
    expect(await asked).toBe(380);
  });

  it("says the same for the same seed and body, and something else otherwise", async () => {
    const text = async (seed: number, content: string) => {
      const { choices } = await setUp("output_tokens: 40", seed).answer({ messages: [{ role: "user", content }] });
      return choices[0].message.content;
    };
    const first = await text(7, "a");
    expect(first).toMatch(/^[A-Z][a-z A-Z.]+\.$/);
    expect(await text(7, "a")).toBe(first);
    expect(await text(7, "b")).not.toBe(first);
    expect(await text(8, "a")).not.toBe(first);
  });

  it("stops at the caller's maximum with finish length", async () => {
    const { choices, usage } = await setUp().answer({ max_tokens: 4 });
    expect(choices[0].finish_reason).toBe("length");
    expect(choices[0].message.content.split(" ")).toHaveLength(4);
    expect(usage.completion_tokens).toBe(4);
  });

  it("calls a tool when asked, with arguments that fit its schema, and answers the tool's result with text", async () => {
    const { answer } = setUp();
    const parameters = {
      type: "object",
      properties: { city: { enum: ["Oslo", "Rome"] }, days: { type: "integer", minimum: 3 }, tags: { type: "array" } },
    };
    const tools = [{ type: "function", function: { name: "forecast", parameters } }];
    const { choices } = await answer({ tools, tool_choice: "required" });
    expect(choices[0].finish_reason).toBe("tool_calls");
    const [call] = choices[0].message.tool_calls;
    expect(call.function.name).toBe("forecast");
    const args = JSON.parse(call.function.arguments);
    expect(["Oslo", "Rome"]).toContain(args.city);
    expect(args.days).toBeGreaterThanOrEqual(3);

    const messages = [
      { role: "user", content: "weather?" },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: call.id, content: "sunny" },
    ];
    for (let i = 0; i < 8; i++) {
      const next = await answer({ tools, messages: [{ role: "system", content: `${i}` }, ...messages] });
      expect(next.choices[0].finish_reason).toBe("stop");
    }
    expect((await answer({ tools, tool_choice: "none" })).choices[0].finish_reason).toBe("stop");
  });

  it("calls tools by the profile's share when the caller leaves it open", async () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    const finish = async (share: string) =>
      (await setUp(`${STEADY}tool_calls: ${share}`).answer({ tools })).choices[0].finish_reason;
    expect(await finish("100%")).toBe("tool_calls");
    expect(await finish("0%")).toBe("stop");
  });

  it("lets calls above its concurrency wait in order and refuses those beyond the queue as overloaded", async () => {
    const { clock, stub } = setUp(`${STEADY}capacity: { concurrency: 1, queue: 2 }`);
    const heads: string[] = [];
    const ask = (name: string) =>
      void stub.upstream(chatRequest({ user: name }), never).then(async (reply) => {
        const read = gather(reply, clock);
        heads.push(`${name} ${reply.status} ${clock.nowMs()}`);
        if (reply.status !== 200) expect(JSON.parse(read.text)).toHaveProperty("error.message");
      });
    for (const name of ["a", "b", "c", "d"]) ask(name);
    await clock.advance(5_000);
    expect(heads).toEqual(["d 503 0", "a 200 380", "b 200 760", "c 200 1140"]);
  });

  it("ends at once when the caller leaves, and gives the place back: thinking, queued and speaking", async () => {
    const { clock, stub } = setUp(`${STEADY}capacity: { concurrency: 1, queue: 5 }`);
    const [thinking, queued, speaking] = [new AbortController(), new AbortController(), new AbortController()];
    const ask = (user: string, signal: AbortSignal) => stub.upstream(chatRequest({ user, stream: true }), signal);
    const left = (asked: Promise<unknown>) => expect(asked).rejects.toBeInstanceOf(UpstreamFailure);

    const first = left(ask("a", thinking.signal));
    const second = left(ask("b", queued.signal));
    const third = ask("c", speaking.signal);
    await clock.advance(100);
    queued.abort();
    thinking.abort();
    await Promise.all([first, second]);
    await clock.advance(240);
    const read = gather(await third, clock);
    const fourth = ask("d", never);
    const sent = read.chunks.length;
    expect(sent).toBeGreaterThan(0);
    speaking.abort();
    expect(read.ended).toBeInstanceOf(UpstreamFailure);
    await clock.advance(200);
    expect(read.chunks).toHaveLength(sent);
    expect((await fourth).status).toBe(200);
    await left(ask("e", AbortSignal.abort()));
  });

  it("counts a prompt as the provider documents it, with the real tokenizer", async () => {
    const counter = createTokenCounter();
    const clock = createFakeClock();
    const profile = parseStubProfile("ttft: 0s\ninter_token: 0s", "stub.yaml");
    const stub = createStub({ seed: 7, clock, dialects, counter, profile });
    const asked = stub.upstream(chatRequest({}), never);
    await clock.advance(1);
    const read = gather(await asked, clock);
    await counter.close();
    // "user" 1, "hello there" 2, three around the message, three before the answer.
    expect(JSON.parse(read.text).usage.prompt_tokens).toBe(9);
  });

  it("speaks no format that it was not given", async () => {
    const { stub } = setUp();
    const request = chatRequest({});
    const unknown = { ...request, call: { ...request.call, dialect: "morse" } };
    await expect(stub.upstream(unknown, never)).rejects.toThrow("does not speak");
  });

  it("answers health and the list of models, and nothing else", () => {
    const { stub } = setUp();
    const get = (path: string, method = "GET") =>
      stub.answer({ method, path, headers: [], body: new Uint8Array() })?.body;
    const json = (body: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(body));
    expect(json(get("/health"))).toEqual({ status: "ok" });
    expect(json(get("/v1/models"))).toMatchObject({ object: "list", data: [{ object: "model" }, {}] });
    expect(get("/v1/files")).toBeUndefined();
    expect(get("/health", "POST")).toBeUndefined();
  });
});
