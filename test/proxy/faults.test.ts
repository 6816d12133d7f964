import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/core/clock.ts";
import { jsonReply } from "../../src/core/exchange.ts";
import type { StreamStage, StreamStep } from "../../src/core/fault.ts";
import type { Limiter } from "../../src/core/limits.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  eventually,
  inTurn,
  parseReply,
  pause,
  reshaped,
  scripted,
  standsStill,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

const FRAMES = chatFrames(["one ", "two ", "three"], { prompt_tokens: 4, completion_tokens: 3 });

function streamingUpstream(frames: readonly string[] = FRAMES) {
  return startUpstream((_request, response) => {
    response.setHeader("content-type", "text/event-stream");
    for (const frame of frames) response.write(frame);
    response.end();
  });
}

const post = (url: string, more: object = {}) =>
  fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody(more)) });

/** Real time, passing a thousand times faster. */
function fastClock(): Clock {
  const clock = createSystemClock();
  return {
    nowMs: () => clock.nowMs() * 1_000,
    wallMs: () => clock.wallMs(),
    after: (ms, callback) => clock.after(ms / 1_000, callback),
  };
}

/** A stage from what it does at the n-th frame (from 0); other frames pass. */
function at(
  n: number,
  steps: (bytes: Uint8Array) => readonly StreamStep[],
  more: Partial<StreamStage> = {},
): () => StreamStage {
  return () => {
    let seen = 0;
    return { onFrame: ({ bytes }) => (seen++ === n ? steps(bytes) : [{ do: "send", bytes }]), ...more };
  };
}

const passing = { dimension: "tpm", limit: 10, used: 5, requested: 6, windowMs: 60_000 } as const;

describe("a fault that ends the call", () => {
  it("answers without contacting the upstream, leaves the connection usable, and is told", async () => {
    const upstream = await streamingUpstream();
    const refusal = { ...passing, waitMs: 6_000, announcedMs: 6_000 };
    const reply = jsonReply(429, ["Retry-After", "6"], { error: { message: "wait" } });
    const limiter: Limiter = {
      admit: () => {
        throw new Error("a call that a fault answers is not charged");
      },
      readings: () => [],
      drainToOneCall() {},
      disable() {},
    };
    const proxy = await startTestProxy({
      upstream: upstream.url,
      mark: true,
      limiter,
      faults: [
        scripted([{ do: "answer", reply, trouble: "rate_limit", refusal }], { rule: "storm/1" }),
        scripted([{ do: "reset" }], { rule: "storm/2" }),
        reshaped(
          at(0, () => []),
          { rule: "storm/3" },
        ),
      ],
    });
    const big = chatRequest({ body: chatBody({ padding: "x".repeat(3_000_000) }) });
    const client = connectRaw(proxy.port, big + chatRequest());
    await eventually(
      () => client.received().toString().split("HTTP/1.1 429 Too Many Requests").length === 3,
      "two answers",
    );
    expect(client.received().toString()).toContain("Retry-After: 6");
    expect(client.received().toString()).toContain("x-llm-chaos: scripted");
    expect(upstream.requests).toHaveLength(0);
    await proxy.event("reply_ended", 2);
    expect(proxy.of("call_refused")[0]).toMatchObject({
      call: "c1",
      origin: "scripted",
      trouble: "rate_limit",
      dimension: "tpm",
      announced_ms: 6_000,
      synthetic: true,
    });
    expect(proxy.of("fault_applied").map(({ rule }) => rule)).toEqual(["storm/1", "storm/1"]);
    expect(proxy.of("fault_lost").slice(0, 2)).toMatchObject([
      { rule: "storm/2", why: "storm/1 ended the call first" },
      { rule: "storm/3", why: "storm/1 ended the call first" },
    ]);
    expect(proxy.of("call_refused")).toHaveLength(2);
    expect(proxy.of("reply_ended")[0]).toMatchObject({ status: 429, how: "complete" });
  });

  it("resets the connection before any byte", async () => {
    const upstream = await streamingUpstream();
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [scripted([{ do: "reset" }])] });
    const client = connectRaw(proxy.port, chatRequest());
    expect(await client.closed).toBe("rst");
    expect(client.received()).toHaveLength(0);
    expect(await proxy.event("reply_ended")).toMatchObject({ status: 0, how: "reset", bytes: 0 });
    expect(upstream.requests).toHaveLength(0);
  });

  it("hangs for its time and closes without an answer", async () => {
    const upstream = await streamingUpstream();
    const proxy = await startTestProxy({
      upstream: upstream.url,
      clock: fastClock(),
      faults: [scripted([{ do: "hang", ms: 60_000 }])],
    });
    const client = connectRaw(proxy.port, chatRequest());
    expect(await client.closed).toBe("fin");
    expect(client.received()).toHaveLength(0);
    expect(await proxy.event("reply_ended")).toMatchObject({ status: 0, how: "hung" });
  });

  it("hangs until the client leaves, and until it is taken back: then the call goes on", async () => {
    const upstream = await streamingUpstream();
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [scripted([{ do: "hang" }])] });
    const client = connectRaw(proxy.port, chatRequest());
    await proxy.event("fault_applied");
    client.socket.destroy();
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "client_left" });
    const other = connectRaw(proxy.port, chatRequest());
    await proxy.event("fault_applied", 2);
    proxy.releaseAll();
    await other.until("[DONE]");
    expect(await proxy.event("reply_ended", 2)).toMatchObject({ how: "complete", status: 200 });
  });

  it("applies to a call with Expect: 100-continue too", async () => {
    const upstream = await streamingUpstream();
    const reply = jsonReply(429, [], {});
    const chooser = inTurn([scripted([{ do: "answer", reply, trouble: "rate_limit" }])]);
    const proxy = await startTestProxy({ upstream: upstream.url, chooser });
    const [head = "", body = ""] = chatRequest({ headers: ["Expect: 100-continue"] }).split("\r\n\r\n");
    const client = connectRaw(proxy.port, `${head}\r\n\r\n`);
    await client.until("HTTP/1.1 100 Continue");
    client.socket.write(body);
    await client.until("HTTP/1.1 429");
    client.socket.write(`${head}\r\n\r\n`);
    await eventually(() => client.received().toString().split("100 Continue").length === 3, "100 again");
    client.socket.write(body);
    await client.until("[DONE]");
    expect(upstream.requests[0]?.rawHeaders.join().toLowerCase()).not.toContain("expect");
  });
});

describe("waits", () => {
  it("add up before the upstream is asked", async () => {
    const upstream = await streamingUpstream();
    const clock = fastClock();
    const faults = [scripted([{ do: "wait", ms: 20_000 }]), scripted([{ do: "wait", ms: 30_000 }], { rule: "test/2" })];
    const proxy = await startTestProxy({ upstream: upstream.url, clock, faults });
    expect((await post(proxy.url)).status).toBe(200);
    const received = (await proxy.event("call_received")).t_ms;
    expect((await proxy.event("upstream_started")).t_ms - received).toBeGreaterThanOrEqual(50_000);
    expect(proxy.of("fault_applied")).toHaveLength(2);
  });

  it("of 310 s before the first token are not cut by any library's default", async () => {
    const upstream = await streamingUpstream();
    const stage = at(1, (bytes) => [{ do: "applied" }, { do: "wait", ms: 310_000 }, { do: "send", bytes }]);
    const proxy = await startTestProxy({ upstream: upstream.url, clock: fastClock(), faults: [reshaped(stage)] });
    const reply = await post(proxy.url);
    expect(await reply.text()).toBe(FRAMES.join(""));
    expect((await proxy.event("first_content")).ttft_ms).toBeGreaterThanOrEqual(310_000);
  });

  it("end with the client", async () => {
    const upstream = await streamingUpstream();
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [scripted([{ do: "wait", ms: 600_000 }])] });
    const client = connectRaw(proxy.port, chatRequest());
    await proxy.event("fault_applied");
    client.socket.destroy();
    await proxy.event("reply_ended");
    await pause(10);
    expect(upstream.requests).toHaveLength(0);
    expect(proxy.of("upstream_started")).toHaveLength(0);
  });
});

describe("a counted limit", () => {
  const readings = [{ dimension: "tpm", limit: 10, used: 5, windowMs: 60_000, resetMs: 30_000 }] as const;

  it("refuses in the provider's words, without the upstream", async () => {
    const upstream = await streamingUpstream();
    const limiter: Limiter = {
      admit: () => ({ admitted: false, readings, refusal: { ...passing, waitMs: 6_000 } }),
      readings: () => readings,
      drainToOneCall() {},
      disable() {},
    };
    const proxy = await startTestProxy({ upstream: upstream.url, limiter });
    const reply = await post(proxy.url);
    expect(reply.status).toBe(429);
    expect(reply.headers.get("x-llm-chaos")).toBeNull();
    expect(await reply.text()).toContain("Limit 10, Used 5, Requested 6");
    expect(await proxy.event("call_refused")).toMatchObject({
      origin: "counted",
      dimension: "tpm",
      announced_ms: 6_000,
      synthetic: false,
    });
    await proxy.event("reply_ended");
    expect(proxy.of("call_refused")).toHaveLength(1);
    expect(upstream.requests).toHaveLength(0);
  });

  it("counts down on success, in place of the upstream's own headers, and is settled with usage once", async () => {
    const settled: unknown[] = [];
    const limiter: Limiter = {
      admit: () => ({ admitted: true, readings, settle: (outcome) => void settled.push(outcome) }),
      readings: () => readings,
      drainToOneCall() {},
      disable() {},
    };
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.setHeader("X-RateLimit-Limit-Tokens", "999999");
      response.end(FRAMES.join(""));
    });
    const proxy = await startTestProxy({ upstream: upstream.url, limiter });
    const reply = await post(proxy.url);
    await reply.text();
    expect(reply.headers.get("x-ratelimit-limit-tokens")).toBe("10");
    await proxy.event("reply_ended");
    expect(settled).toEqual([{ usage: { inputTokens: 4, outputTokens: 3 }, seenOutputTokens: 3 }]);
    expect(proxy.of("call_admitted")[0]?.readings).toEqual([{ dimension: "tpm", limit: 10, used: 5 }]);
  });
});

it("a provider's own refusal is told as the provider's", async () => {
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(429, { "retry-after": "2", "content-type": "application/json" });
    response.end(
      JSON.stringify({ error: { message: "Rate limit reached", type: "tokens", code: "rate_limit_exceeded" } }),
    );
  });
  const proxy = await startTestProxy({ upstream: upstream.url });
  expect((await post(proxy.url)).status).toBe(429);
  expect(await proxy.event("call_refused")).toMatchObject({
    origin: "provider",
    trouble: "rate_limit",
    status: 429,
    announced_ms: 2_000,
  });
});

describe("stages", () => {
  it("that send every frame change nothing", async () => {
    const upstream = await streamingUpstream();
    const through = () => reshaped(() => ({ onFrame: ({ bytes }) => [{ do: "send", bytes }] }));
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [through(), through()] });
    expect(await (await post(proxy.url)).text()).toBe(FRAMES.join(""));
    expect(await proxy.event("reply_ended")).toMatchObject({
      how: "complete",
      events: FRAMES.length,
      finish: true,
      tokens: 3,
    });
  });

  it("end a stream cleanly: no finish, no terminator, and the upstream is let go", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(FRAMES.slice(0, 4).join(""));
    });
    const stage = at(2, (bytes) => [{ do: "send", bytes }, { do: "applied" }, { do: "end" }]);
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("0\r\n\r\n");
    const reply = parseReply(client.received());
    expect([reply.body.toString(), reply.whole]).toEqual([FRAMES.slice(0, 3).join(""), true]);
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "complete", finish: false, events: 3 });
    expect(proxy.of("fault_applied")[0]).toMatchObject({ bytes: reply.body.length, events: 3 });
    await eventually(() => upstream.sockets.size === 0, "upstream let go");
    expect(proxy.of("upstream_failed")).toHaveLength(0);
  });

  it.each(["fin", "rst"] as const)("cut by %s after what was sent was drained", async (how) => {
    const big = `data: ${JSON.stringify({ choices: [], pad: "x".repeat(400_000) })}\n\n`;
    const upstream = await streamingUpstream([...FRAMES.slice(0, 2), big, ...FRAMES.slice(2)]);
    const stage = at(2, (bytes) => [
      { do: "send", bytes },
      { do: "cut", how },
    ]);
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    const client = connectRaw(proxy.port, chatRequest());
    expect(await client.closed).toBe(how);
    const reply = parseReply(client.received());
    if (how === "fin") expect(reply.body.toString()).toBe(FRAMES.slice(0, 2).join("") + big);
    expect(reply.whole).toBe(false);
    expect(await proxy.event("reply_ended")).toMatchObject({
      how: "cut",
      finish: false,
      bytes: FRAMES.slice(0, 2).join("").length + big.length,
    });
  });

  it("keep the connection open after everything was sent, for a time", async () => {
    const upstream = await streamingUpstream();
    const stage = () => ({
      onFrame: ({ bytes }: { bytes: Uint8Array }) => [{ do: "send", bytes } as const],
      onEnd: () => [{ do: "applied" } as const, { do: "keep-open", ms: 300_000 } as const],
    });
    const clock = fastClock();
    const proxy = await startTestProxy({ upstream: upstream.url, clock, faults: [reshaped(stage)] });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("[DONE]");
    await client.until("0\r\n\r\n");
    const ended = await proxy.event("reply_ended");
    expect(ended.how).toBe("complete");
    expect(ended.t_ms - (await proxy.event("fault_applied")).t_ms).toBeGreaterThanOrEqual(300_000);
  });

  it("stall with pings; a release lets everything out whole, in order, once", async () => {
    const upstream = await streamingUpstream();
    const ping = Buffer.from(": ping\n\n");
    const stage = at(2, (bytes) => [
      { do: "applied" },
      { do: "every", ms: 10, bytes: ping },
      { do: "keep-open" },
      { do: "send", bytes },
    ]);
    const revoke = new AbortController();
    const proxy = await startTestProxy({
      upstream: upstream.url,
      faults: [reshaped(stage, { revoked: revoke.signal })],
    });
    const client = connectRaw(proxy.port, chatRequest());
    await eventually(() => client.received().toString().split(": ping").length > 3, "three pings");
    expect(client.received().toString()).not.toContain("two");
    revoke.abort();
    await client.until("0\r\n\r\n");
    const body = parseReply(client.received()).body.toString();
    expect(body.replaceAll(": ping\n\n", "")).toBe(FRAMES.join(""));
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "complete", finish: true });
  });

  it("see frames with their own arrival times after a hold", async () => {
    const upstream = await startUpstream(async (_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      for (const frame of FRAMES) {
        response.write(frame);
        await pause(20);
      }
      response.end();
    });
    const arrived: number[] = [];
    const seen: number[] = [];
    const stage = (): StreamStage => ({
      onFrame(frame, _meaning, position) {
        arrived.push(frame.arrivedMs);
        seen.push(position.nowMs);
        return arrived.length === 1
          ? [
              { do: "wait", ms: 300 },
              { do: "send", bytes: frame.bytes },
            ]
          : [{ do: "send", bytes: frame.bytes }];
      },
    });
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    expect(await (await post(proxy.url)).text()).toBe(FRAMES.join(""));
    expect((arrived[3] ?? 0) - (arrived[0] ?? 0)).toBeLessThan(250);
    expect((arrived[3] ?? 0) - (arrived[1] ?? 0)).toBeGreaterThan(20);
    expect((seen[1] ?? 0) - (seen[0] ?? 0)).toBeGreaterThanOrEqual(300);
  });

  it("hold the status line", async () => {
    const upstream = await streamingUpstream();
    const stage = (): StreamStage => ({
      onHeaders: () => [{ do: "applied" }, { do: "wait", ms: 600_000 }],
      onFrame: ({ bytes }) => [{ do: "send", bytes }],
    });
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    const client = connectRaw(proxy.port, chatRequest());
    await proxy.event("fault_applied");
    await pause(30);
    expect(client.received()).toHaveLength(0);
    proxy.releaseAll();
    await client.until("0\r\n\r\n");
    expect(parseReply(client.received()).body.toString()).toBe(FRAMES.join(""));
  });

  it("chain: what one sends is frames again for the next", async () => {
    const upstream = await streamingUpstream();
    const half = (bytes: Uint8Array): StreamStep[] => [
      { do: "send", bytes: bytes.subarray(0, 9) },
      { do: "wait", ms: 1 },
      { do: "send", bytes: bytes.subarray(9) },
    ];
    const halves = () => reshaped(() => ({ onFrame: ({ bytes }) => half(bytes) }));
    let whole = 0;
    const counting = reshaped(() => ({
      onFrame(frame) {
        if (frame.whole && frame.data !== undefined) whole++;
        return [{ do: "send", bytes: frame.bytes }];
      },
    }));
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [halves(), counting] });
    expect(await (await post(proxy.url)).text()).toBe(FRAMES.join(""));
    expect(whole).toBe(FRAMES.length);
  });

  it("that throw are taken out, and the reply goes through", async () => {
    const upstream = await streamingUpstream();
    const stage = at(1, () => {
      throw new Error("broken stage");
    });
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    expect(await (await post(proxy.url)).text()).toBe(FRAMES.join(""));
    expect(proxy.of("warning")[0]?.text).toContain("broken stage");
  });

  it("get a compressed reply decoded, and the client gets it plain", async () => {
    const { gzipSync } = await import("node:zlib");
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
      response.end(gzipSync(FRAMES.join("")));
    });
    const stage = at(3, (bytes) => [{ do: "send", bytes }, { do: "end" }]);
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    const reply = await post(proxy.url);
    expect(reply.headers.get("content-encoding")).toBeNull();
    expect(await reply.text()).toBe(FRAMES.slice(0, 4).join(""));
  });

  it("pass an upstream's death on, after what they held", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write(FRAMES.slice(0, 3).join(""));
      setTimeout(() => response.socket?.resetAndDestroy(), 20);
    });
    const stage = at(1, (bytes) => [
      { do: "wait", ms: 100 },
      { do: "send", bytes },
    ]);
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    const client = connectRaw(proxy.port, chatRequest());
    await client.closed;
    const reply = parseReply(client.received());
    expect([reply.body.toString(), reply.whole]).toEqual([FRAMES.slice(0, 3).join(""), false]);
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "cut" });
  });

  it("bound what they hold back: then the upstream waits", async () => {
    let written = 0;
    const block = `data: ${"x".repeat(10_000)}\n\n`;
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      const more = () => {
        while (written < 64 * 1024 * 1024) {
          written += block.length;
          if (!response.write(block)) {
            response.once("drain", more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const proxy = await startTestProxy({
      upstream: upstream.url,
      faults: [reshaped(at(1, () => [{ do: "keep-open" }]))],
    });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("\r\n\r\n");
    // Socket buffers on both sides are part of it.
    expect(await standsStill(() => written)).toBeLessThan(32 * 1024 * 1024);
    client.socket.destroy();
    await eventually(() => upstream.sockets.size === 0, "upstream let go");
  });

  it("work on an unstreamed reply chunk by chunk", async () => {
    const upstream = await startUpstream((_request, response) => {
      const body = JSON.stringify({ choices: [{ message: { content: "hello" }, finish_reason: "stop" }] });
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
    const stage = () => ({
      onFrame: ({ bytes }: { bytes: Uint8Array }) => [
        { do: "send", bytes: bytes.subarray(0, 5) } as const,
        { do: "end" } as const,
      ],
    });
    const proxy = await startTestProxy({ upstream: upstream.url, faults: [reshaped(stage)] });
    const reply = await post(proxy.url, { stream: false });
    expect(reply.headers.get("content-length")).toBeNull();
    expect(await reply.text()).toBe('{"cho');
  });
});
