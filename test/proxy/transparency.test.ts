import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createHasher } from "../../src/core/secrets.ts";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  parseReply,
  pause,
  startRawUpstream,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

describe("a call without a fault", () => {
  it("goes through with status, headers (case, order, duplicates) and bytes as they are, and is told in events", async () => {
    const body = chatFrames(["Hello", " big", " world"], { prompt_tokens: 7, completion_tokens: 3 }).join("");
    const upstream = await startRawUpstream((socket) => {
      socket.write(
        `HTTP/1.1 200 Fine\r\nContent-Type: text/event-stream\r\nX-Odd-CASE: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nAlt-Svc: h3=":1"\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
    });
    const proxy = await startTestProxy({ upstream: `${upstream.url}/v1` });
    const client = connectRaw(
      proxy.port,
      chatRequest({
        headers: [
          "Authorization: Bearer sk-canary-123456",
          "X-Two: 1",
          "x-two: 2",
          "x-llm-chaos-tag: t",
          "Connection: close",
        ],
      }),
    );
    expect(await client.closed).toBe("fin");
    const reply = parseReply(client.received());
    expect(reply.head).toContain(
      "HTTP/1.1 200 Fine\r\nContent-Type: text/event-stream\r\nX-Odd-CASE: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2",
    );
    expect(reply.head).not.toMatch(/alt-svc|\bdate:/i);
    expect(reply.body.toString()).toBe(body);
    expect(reply.whole).toBe(true);

    const sent = upstream.requests[0]?.body.toString() ?? "";
    expect(sent).toMatch(/^POST \/v1\/chat\/completions HTTP\/1.1\r\n/);
    expect(sent).toContain("Authorization: Bearer sk-canary-123456\r\nX-Two: 1\r\nx-two: 2\r\n");
    expect(sent).not.toMatch(/x-llm-chaos/i);
    expect(sent.endsWith(JSON.stringify(chatBody()))).toBe(true);

    const ended = await proxy.event("reply_ended");
    expect(ended).toMatchObject({
      status: 200,
      how: "complete",
      bytes: body.length,
      events: 7,
      tokens: 3,
      finish: true,
    });
    expect(ended).not.toHaveProperty("text_tail");
    expect(proxy.events.map((event) => event.type)).toEqual([
      "call_received",
      "upstream_started",
      "upstream_headers",
      "first_content",
      "finish_seen",
      "usage_seen",
      "reply_ended",
    ]);
    expect(proxy.of("call_received")[0]).toMatchObject({
      call: "c1",
      model: "gpt-test",
      stream: true,
      joins: { tag: "t" },
    });
    expect(JSON.stringify(proxy.events) + proxy.lines.join()).not.toContain("sk-canary");
    expect(proxy.lines).toHaveLength(1);
    expect(JSON.parse(proxy.lines[0] ?? "")).toMatchObject({
      call: "c1",
      status: 200,
      how: "complete",
      message: "call",
    });
  });

  it("tells how the text of a stream without its finish ended, so that it can be compared with what the app delivered", async () => {
    const body = chatFrames(["Hello,", " big", " world!"]).slice(0, 4).join("");
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.end(body);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    connectRaw(proxy.port, chatRequest());
    expect(await proxy.event("reply_ended")).toMatchObject({
      how: "complete",
      finish: false,
      text_tail: createHasher("test")("hellobigworld"),
      text_length: "hellobigworld".length,
    });
  });

  it("tells how the arguments of a tool call ended, where the stream broke off in them", async () => {
    const call = (delta: object) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;
    const piece = (text: string) => call({ tool_calls: [{ index: 0, function: { arguments: text } }] });
    const body = [call({ content: "Let me see." }), piece('{"city":'), piece('"Lisb')].join("");
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.end(body);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    connectRaw(proxy.port, chatRequest());
    expect(await proxy.event("reply_ended")).toMatchObject({
      finish: false,
      text_tail: createHasher("test")("citylisb"),
      text_length: "citylisb".length,
    });
  });

  it("reads an unstreamed answer when it is over", async () => {
    const answer = {
      choices: [{ index: 0, message: { role: "assistant", content: "Four." }, finish_reason: "stop" }],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    };
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer));
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify(chatBody({ stream: false })),
    });
    expect(await reply.json()).toEqual(answer);
    expect(await proxy.event("reply_ended")).toMatchObject({
      how: "complete",
      finish: true,
      tokens: 2,
    });
    expect(proxy.of("usage_seen")[0]).toMatchObject({ input_tokens: 5, output_tokens: 2 });
    expect(proxy.of("first_content")).toHaveLength(1);
  });

  it("is identical over random chunkings, an 8 MiB line included", async () => {
    const parts = [
      "\uFEFFdata: b\n\n",
      ...chatFrames(["é🌍漢字", "x"]),
      ": comment\r\n\r\n",
      "data: lone\r\r",
      "event: a\r\ndata: c\r\n\r\n",
      `data: ${"y".repeat(8 * 1024 * 1024)}\n\n`,
      "data: [DONE]\n\nrest",
    ];
    const body = Buffer.from(parts.join(""));
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const upstream = await startUpstream(async (_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      let at = 0;
      while (at < body.length) {
        const small = at < 2_000 || at > body.length - 100;
        const size = small ? 1 + random(5) : 1 + random(200_000);
        const ready = response.write(body.subarray(at, at + size));
        at += size;
        if (!ready) await new Promise((resolve) => response.once("drain", resolve));
        else if (random(4) === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      response.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const hashes = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const reply = await fetch(`${proxy.url}/v1/chat/completions`, {
          method: "POST",
          body: JSON.stringify(chatBody()),
        });
        return createHash("sha256")
          .update(new Uint8Array(await reply.arrayBuffer()))
          .digest("hex");
      }),
    );
    expect(new Set(hashes)).toEqual(new Set([createHash("sha256").update(body).digest("hex")]));
    await proxy.event("reply_ended", 8);
    expect(proxy.of("reply_ended").map(({ bytes, how }) => ({ bytes, how }))).toEqual(
      Array.from({ length: 8 }, () => ({ bytes: body.length, how: "complete" })),
    );
  });

  it("passes the head on before the first byte of the body, and each chunk when it comes", async () => {
    const [first, ...others] = chatFrames(["a"]);
    let go = () => {};
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.flushHeaders();
      go = () => {
        response.write(first);
        go = () => response.end(others.join(""));
      };
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("\r\n\r\n");
    go();
    await client.until(first ?? "");
    expect(client.received().includes("[DONE]")).toBe(false);
    go();
    await client.until("[DONE]");
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("leaves a %s reply untouched and observes a decoded copy", async (name, compress) => {
    const coded = compress(
      Buffer.from(chatFrames(["one", "two"], { prompt_tokens: 1, completion_tokens: 9 }).join("")),
    );
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.setHeader("content-encoding", name);
      response.write(coded.subarray(0, 20));
      setTimeout(() => response.end(coded.subarray(20)), 5);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    const ended = await proxy.event("reply_ended");
    await client.until("0\r\n\r\n");
    expect(parseReply(client.received()).body.equals(coded)).toBe(true);
    expect(ended).toMatchObject({ finish: true, tokens: 9, bytes: coded.length });
  });

  it("survives a copy that cannot be decoded", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end("this is not gzip");
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("this is not gzip");
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "complete", tokens: 0 });
  });

  it.each([204, 304])("ends a %i at once", async (status) => {
    const upstream = await startUpstream((_request, response) => {
      response.statusCode = status;
      response.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest({ headers: ["Connection: close"] }));
    await client.closed;
    expect(client.received().toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await proxy.event("reply_ended")).toMatchObject({ status, bytes: 0, how: "complete" });
  });

  it("ends an empty 200 at once", async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const proxy = await startTestProxy({ upstream: upstream.url });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    expect(await reply.text()).toBe("");
  });

  it("does not announce trailers that it does not forward", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("trailer", "x-sum");
      response.write("data: a\n\n");
      response.addTrailers({ "x-sum": "1" });
      response.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("0\r\n\r\n");
    expect(client.received().toString()).not.toMatch(/x-sum/);
  });

  it("is not disturbed by a 103, and reports a 101 that nobody asked for", async () => {
    let answer = "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    const upstream = await startRawUpstream((socket) => void socket.write(answer));
    const proxy = await startTestProxy({ upstream: upstream.url });
    const call = () => fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    expect(await (await call()).text()).toBe("ok");
    answer = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: odd\r\n\r\n";
    const odd = await call();
    expect(odd.status).toBe(502);
    expect(odd.headers.get("x-llm-chaos")).toBe("upstream-unreachable");
  });

  it("does not follow a redirect", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" });
      response.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify(chatBody()),
      redirect: "manual",
    });
    expect(reply.status).toBe(302);
    expect(reply.headers.get("location")).toBe("http://169.254.169.254/");
    expect(upstream.requests).toHaveLength(1);
  });

  it("relays a body that is no call as it came, unobserved", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.statusCode = 400;
      response.end("no json");
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: "{not json" });
    expect([reply.status, await reply.text()]).toEqual([400, "no json"]);
    expect(upstream.requests[0]?.body.toString()).toBe("{not json");
    await proxy.event("passed_through");
    expect(proxy.of("call_received")).toHaveLength(0);
  });

  it("adds little to paced chunks", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      let n = 0;
      const timer = setInterval(() => {
        response.write(`data: ${process.hrtime.bigint()}\n\n`);
        if (++n === 30) {
          clearInterval(timer);
          response.end();
        }
      }, 10);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const delays: number[] = [];
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    for await (const chunk of reply.body ?? []) {
      const now = process.hrtime.bigint();
      for (const [, sent] of Buffer.from(chunk)
        .toString()
        .matchAll(/data: (\d+)/g))
        delays.push(Number(now - BigInt(sent ?? 0)) / 1e6);
    }
    expect(delays).toHaveLength(30);
    const median = delays.toSorted((a, b) => a - b)[15] ?? 0;
    expect(median).toBeLessThan(20);
    await pause(0);
  });
});
