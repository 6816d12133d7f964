import net from "node:net";
import { describe, expect, it } from "vitest";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  eventually,
  parseReply,
  pause,
  standsStill,
  startRawUpstream,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";

describe("an upstream that dies", () => {
  it.each(["rst", "fin"])("mid-stream (%s): the client gets exactly what came, then the cut", async (how) => {
    const frames = chatFrames(["one", "two", "three"]).slice(0, 3);
    const upstream = await startRawUpstream(async (socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${frames.map(chunk).join("")}`);
      await pause(30);
      if (how === "rst") socket.resetAndDestroy();
      else socket.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.closed;
    const reply = parseReply(client.received());
    expect(reply.body.toString()).toBe(frames.join(""));
    expect(reply.whole).toBe(false);
    expect(await proxy.event("upstream_failed")).toMatchObject({ call: "c1", stage: "body" });
    expect(await proxy.event("reply_ended")).toMatchObject({
      how: "cut",
      finish: false,
      bytes: frames.join("").length,
    });
    expect(proxy.inFlight()).toBe(0);
  });

  it("inside a body of announced length: a short body and a closed connection, never a whole 200", async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n0123456789");
      setTimeout(() => socket.end(), 20);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.closed;
    const reply = parseReply(client.received());
    expect([reply.body.toString(), reply.whole]).toEqual(["0123456789", false]);
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "cut", finish: false });
  });

  it("after the head and before the body: the client sees the head and the cut", async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
      socket.end();
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.closed;
    expect(parseReply(client.received())).toMatchObject({ status: 200, whole: false });
  });

  it("towards an HTTP/1.0 client, whose body ends with the connection: a reset, since an end would look whole", async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunk("data: a\n\n")}`);
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest().replace("HTTP/1.1", "HTTP/1.0"));
    expect(await client.closed).toBe("rst");
  });

  it("before a status line: a marked 502 that says what and names no secret", async () => {
    const upstream = await startRawUpstream((socket) => socket.resetAndDestroy());
    const proxy = await startTestProxy({ upstream: upstream.url });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify(chatBody()),
      headers: { authorization: "Bearer sk-canary-123456" },
    });
    expect(reply.status).toBe(502);
    expect(reply.headers.get("x-llm-chaos")).toBe("upstream-unreachable");
    expect(JSON.stringify(await reply.json())).toContain("ECONNRESET");
    expect(await proxy.event("reply_ended")).toMatchObject({ status: 502, how: "complete" });
    expect(JSON.stringify(proxy.events) + proxy.lines.join()).not.toContain("sk-canary");
    expect(upstream.requests).toHaveLength(1);
  });

  it("and is not there at all: a marked 502", async () => {
    const gone = net.createServer().listen(0, "127.0.0.1");
    await eventually(() => gone.listening, "listening");
    const { port } = gone.address() as net.AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    const proxy = await startTestProxy({ upstream: `http://127.0.0.1:${port}` });
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    expect(reply.status).toBe(502);
    expect(await proxy.event("upstream_failed")).toMatchObject({ code: "ECONNREFUSED", stage: "connect" });
  });

  it("on a kept connection, at the boundary: no hang, and no POST is sent twice", async () => {
    let served = 0;
    const upstream = await startRawUpstream((socket) => {
      const closes = ++served % 3 === 0;
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}");
      // Closed without a word just when the connection would be used again.
      if (closes) setImmediate(() => socket.destroy());
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const statuses = new Map<number, number>();
    const marks: string[] = [];
    const one = async (n: number) => {
      marks.push(`call-${n}-end`);
      const body = JSON.stringify(chatBody({ user: `call-${n}-end` }));
      const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body });
      await reply.text();
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
    };
    for (let n = 0; n < 300; n += 4) await Promise.all([one(n), one(n + 1), one(n + 2), one(n + 3)]);
    expect([...statuses.keys()].every((status) => status === 200 || status === 502)).toBe(true);
    const all = upstream.requests.map(({ body }) => /call-\d+-end/.exec(body.toString())?.[0]);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeLessThanOrEqual(marks.length);
  });
});

describe("a client that leaves", () => {
  it("before the head: the upstream call is ended", async () => {
    const upstream = await startRawUpstream(() => undefined);
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await eventually(() => upstream.requests.length === 1, "the request at the upstream");
    client.socket.destroy();
    await eventually(() => upstream.sockets.size === 0, "upstream closed", 1_000);
    expect(await proxy.event("client_left")).toMatchObject({ call: "c1", bytes: 0 });
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "client_left", status: 0 });
    expect(proxy.of("upstream_failed")).toHaveLength(0);
    expect(proxy.inFlight()).toBe(0);
  });

  it("mid-stream: the upstream call is ended, and what it got is told", async () => {
    const frame = chatFrames(["one"])[1] ?? "";
    const upstream = await startRawUpstream((socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(frame)}`);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until(frame);
    client.socket.destroy();
    await eventually(() => upstream.sockets.size === 0, "upstream closed", 1_000);
    expect(await proxy.event("reply_ended")).toMatchObject({
      how: "client_left",
      status: 200,
      bytes: frame.length,
      events: 1,
    });
    expect(proxy.of("upstream_failed")).toHaveLength(0);
  });

  it("inside its request: nothing is asked, nothing is told", async () => {
    const upstream = await startUpstream((_request, response) => void response.end());
    const proxy = await startTestProxy({ upstream: upstream.url });
    const client = connectRaw(proxy.port, chatRequest().slice(0, -5));
    await eventually(() => proxy.inFlight() === 1, "the request");
    client.socket.destroy();
    await eventually(() => proxy.inFlight() === 0, "it is given up");
    expect(upstream.requests).toHaveLength(0);
    expect(proxy.events).toHaveLength(0);
  });

  it("a hundred times in a row: no upstream connection stays", async () => {
    const upstream = await startRawUpstream((socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunk("data: {}\n\n")}`);
    });
    const proxy = await startTestProxy({ upstream: upstream.url });
    for (let n = 0; n < 100; n++) {
      const client = connectRaw(proxy.port, chatRequest());
      await client.until("data: {}");
      client.socket.destroy();
    }
    await eventually(() => upstream.sockets.size === 0 && proxy.inFlight() === 0, "everything closed");
    await proxy.event("reply_ended", 100);
  });

  it("gives the limiter back what it did not use", async () => {
    const settled: unknown[] = [];
    const upstream = await startRawUpstream((socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n${chunk(chatFrames(["one"])[1] ?? "")}`);
    });
    const limiter = {
      admit: () => ({
        admitted: true as const,
        readings: [],
        settle: (outcome: unknown) => void settled.push(outcome),
      }),
      readings: () => [],
      drainToOneCall() {},
      disable() {},
    };
    const proxy = await startTestProxy({ upstream: upstream.url, limiter });
    const client = connectRaw(proxy.port, chatRequest());
    await client.until("one");
    client.socket.destroy();
    await proxy.event("reply_ended");
    expect(settled).toEqual([{ usage: undefined, seenOutputTokens: 1 }]);
  });
});

describe("a client that reads slowly", () => {
  it("makes the upstream wait, costs bounded memory, and disturbs nobody", async () => {
    const total = 64 * 1024 * 1024;
    const block = Buffer.alloc(64 * 1024, `data: ${"x".repeat(1_016)}\n\n`);
    let written = 0;
    const upstream = await startUpstream((_request, response, body) => {
      response.setHeader("content-type", "text/event-stream");
      if (!body.includes("slow")) {
        response.end(chatFrames(["quick"]).join(""));
        return;
      }
      const more = () => {
        while (written < total) {
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
    const proxy = await startTestProxy({ upstream: upstream.url });
    const before = process.memoryUsage().rss;
    const slow = net.connect(proxy.port, "127.0.0.1");
    slow.on("error", () => undefined);
    slow.pause();
    slow.write(chatRequest({ body: chatBody({ user: "slow" }) }));
    await eventually(() => written > 0, "the stream began");
    expect(await standsStill(() => written)).toBeLessThan(total / 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    const other = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
    expect(await other.text()).toContain("quick");

    let received = 0;
    slow.on("data", (bytes) => {
      received += bytes.length;
    });
    slow.resume();
    await eventually(() => received > total, "the rest arrives", 15_000);
    const ended = await proxy.event("reply_ended", 2);
    expect(ended).toMatchObject({ bytes: total, how: "complete" });
    slow.destroy();
  });
});
