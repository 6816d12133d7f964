import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import type { WireReply } from "../../src/core/exchange.ts";
import { jsonReply } from "../../src/core/exchange.ts";
import { UpstreamFailure } from "../../src/core/upstream.ts";
import { gatherBody } from "../../src/proxy/receive.ts";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  eventually,
  parseReply,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

const answering = () => startUpstream((_request, response) => void response.end("{}"));

describe("requests that another server could read differently", () => {
  const body = JSON.stringify(chatBody());
  const line = "POST /v1/chat/completions HTTP/1.1\r\n";
  it.each([
    ["two Host headers", `${line}Host: a\r\nHost: b\r\nContent-Length: ${body.length}\r\n\r\n${body}`],
    ["HTTP/1.0 with chunks", `${line.replace("1.1", "1.0")}Host: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["both lengths", `${line}Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["two lengths", `${line}Host: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n12345`],
    ["an unknown coding", `${line}Host: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["a folded header", `${line}Host: a\r\nX-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`],
    ["a NUL", `${line}Host: a\r\nX-A: \0\r\nContent-Length: 0\r\n\r\n`],
    ["no Host", `${line}Content-Length: 0\r\n\r\n`],
    ["a space before the colon", `${line}Host: a\r\nContent-Length : 0\r\n\r\n`],
    ["a bad chunk", `${line}Host: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
    ["another host in the target", "GET http://evil.test/v1/models HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["a call to another host", chatRequest({ path: "http://evil.test/v1/chat/completions" })],
    ["a network path", "GET //evil.test/v1/models HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["a call on a network path", chatRequest({ path: "//evil.test/v1/chat/completions" })],
    ["a backslash path", "GET /\\evil.test/ HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["CONNECT", "CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n"],
    [
      "an upgrade on a network path",
      "GET //evil.test/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
    ["headers without end", `${line}Host: a\r\nX-A: ${"x".repeat(80_000)}\r\n`],
  ])("%s: refused, and the upstream sees nothing", async (_name, bytes) => {
    const upstream = await answering();
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, bytes);
    await client.closed;
    expect(client.received().toString()).toMatch(/^HTTP\/1\.1 (400|404|405|431|501) /);
    expect(upstream.requests).toHaveLength(0);
  });

  it("an ordinary request that offers h2c is served as what it is", async () => {
    const upstream = await startUpstream((_request, response) => void response.end(chatFrames(["a"]).join("")));
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(
      proxy.port,
      chatRequest({ headers: ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ"] }),
    );
    await client.until("[DONE]");
    expect(upstream.requests[0]?.rawHeaders.join().toLowerCase()).not.toMatch(/h2c|http2-settings/);
  });
});

describe("what is no inference call", () => {
  it("passes through to the same server", async () => {
    const upstream = await startUpstream((request, response) => void response.end(`got ${request.url}`));
    const proxy = await startTestProxy({ upstream: `${upstream.url}/v1` });
    expect(await (await fetch(`${proxy.url}/v1/models?x=1`)).text()).toBe("got /v1/models?x=1");
    expect(await proxy.event("passed_through")).toMatchObject({ method: "GET", path: "/v1/models", status: 200 });
  });

  it("is answered here when the upstream is no server", async () => {
    const local = (request: { path: string }): WireReply | undefined =>
      request.path === "/health" ? jsonReply(200, [], { ok: true }) : undefined;
    const upstream = async () => Promise.reject(new UpstreamFailure("X", "connect", "not asked"));
    const proxy = await startTestProxy({ upstream, answerLocally: local });
    expect(await (await fetch(`${proxy.url}/health`)).json()).toEqual({ ok: true });
    expect((await fetch(`${proxy.url}/v1/files`)).status).toBe(404);
    const bad = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: "{" });
    expect(bad.status).toBe(400);
    expect(proxy.of("passed_through").map(({ status }) => status)).toEqual([200, 404]);
  });
});

describe("a large body", () => {
  it("of 50 MB is relayed whole", async () => {
    const upstream = await startUpstream((_request, response, body) => void response.end(String(body.length)));
    const proxy = await startTestProxy({ upstream: upstream.url });
    const body = JSON.stringify(chatBody({ padding: "x".repeat(50_000_000) }));
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body });
    expect(await reply.text()).toBe(String(body.length));
  });

  it("above the bound is read to its end, and known to be too large", async () => {
    const stream = new PassThrough();
    const gathered = gatherBody(stream as unknown as IncomingMessage, 10);
    stream.write("12345678");
    stream.write("12345678");
    stream.end("1");
    expect(await gathered).toBe("too_large");
  });

  it("above 64 MiB is refused by a marked 413 that the client gets to read", async () => {
    const upstream = await answering();
    const proxy = await startTestProxy({ upstream: upstream.url });
    const body = Buffer.alloc(64 * 1024 * 1024 + 1, 120);
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body });
    expect(reply.status).toBe(413);
    expect(reply.headers.get("x-llm-chaos")).toBe("request-too-large");
    expect(upstream.requests).toHaveLength(0);
  });
});

describe("listening", () => {
  it("says when the port is taken", async () => {
    const first = await startTestProxy({ upstream: async () => Promise.reject(new Error("unused")) });
    const second = startTestProxy({
      upstream: async () => Promise.reject(new Error("unused")),
      listen: { host: "127.0.0.1", port: first.port },
    });
    await expect(second).rejects.toThrow(UserError);
    await expect(second).rejects.toThrow(/in use/);
  });

  it("answers while hundreds of connections idle, and closes those that send their head too slowly", async () => {
    const upstream = await answering();
    const proxy = await startTestProxy({ upstream: upstream.url, timeouts: { headMs: 1_000, requestMs: 2_000 } });
    const idle = Array.from({ length: 300 }, () => connectRaw(proxy.port));
    const slow = connectRaw(proxy.port, "POST /v1/chat/completions HTTP/1.1\r\nHost:");
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    expect(reply.status).toBe(200);
    for (const client of idle) client.socket.destroy();
    await Promise.race([slow.closed, eventually(() => false, "closed", 8_000)]);
    expect(slow.received().toString()).toContain("408");
  });

  it("an error of our own ends in a marked 500, not in a dead process", async () => {
    const upstream = await answering();
    const chooser = {
      choose() {
        throw new Error("chooser is broken");
      },
    };
    const proxy = await startTestProxy({ upstream: upstream.url, chooser });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    expect(reply.status).toBe(500);
    expect(proxy.lines.join()).toContain("chooser is broken");
    await proxy.event("reply_ended");
  });
});

describe("closing", () => {
  it("lets open streams end within the time, and takes no new connection", async () => {
    const endings: (() => void)[] = [];
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write("data: {}\n\n");
      endings.push(() => response.end("data: [DONE]\n\n"));
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const clients = Array.from({ length: 20 }, () => connectRaw(proxy.port, chatRequest()));
    await Promise.all(clients.map((client) => client.until("data: {}")));
    expect(proxy.inFlight()).toBe(20);
    const closing = proxy.close({ drainMs: 10_000 });
    const late = connectRaw(proxy.port, chatRequest());
    expect(await late.closed).toBe("rst");
    expect(late.received()).toHaveLength(0);
    const startedAt = performance.now();
    for (const end of endings) end();
    await closing;
    expect(performance.now() - startedAt).toBeLessThan(8_000);
    for (const client of clients) {
      expect(await client.closed).toBe("fin");
      expect(parseReply(client.received()).whole).toBe(true);
    }
    expect(proxy.of("reply_ended").every(({ how }) => how === "complete")).toBe(true);
    expect(proxy.inFlight()).toBe(0);
  });

  it("cuts what is still open then, visibly, and every call is told", async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader("content-type", "text/event-stream");
      response.write("data: {}\n\n");
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const clients = Array.from({ length: 20 }, () => connectRaw(proxy.port, chatRequest()));
    await Promise.all(clients.map((client) => client.until("data: {}")));
    await proxy.close({ drainMs: 50 });
    for (const client of clients) {
      await client.closed;
      expect(parseReply(client.received()).whole).toBe(false);
    }
    expect(proxy.of("reply_ended").map(({ how }) => how)).toEqual(Array.from({ length: 20 }, () => "cut"));
  });
});
