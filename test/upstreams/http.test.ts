import { describe, expect, it } from "vitest";
import type { LlmCall } from "../../src/core/dialect.ts";
import type { UpstreamFailure, UpstreamReply } from "../../src/core/upstream.ts";
import { createHttpUpstream } from "../../src/upstreams/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { eventually, startRawUpstream, startUpstream } from "../support/proxy.ts";

const call = {} as LlmCall;
const request = (more: object = {}) => ({
  method: "POST",
  path: "/v1/x",
  headers: ["Content-Type", "application/json"],
  body: Buffer.from("{}"),
  call,
  ...more,
});

/** Everything a reply's body says, in words. */
function read(reply: UpstreamReply): Promise<string[]> {
  return new Promise((resolve) => {
    const said: string[] = [];
    const last = (word: string) => {
      said.push(word);
      setTimeout(() => resolve(said), 20);
    };
    reply.body.start({
      data: (chunk) => said.push(Buffer.from(chunk).toString()),
      end: (trailers) => last(["end", ...trailers].join(" ")),
      fail: (error) => last(`fail ${error.stage} ${error.code}`),
    });
  });
}

async function failure(promise: Promise<unknown>): Promise<UpstreamFailure> {
  return promise.then(
    () => Promise.reject(new Error("no failure")),
    (error: UpstreamFailure) => error,
  );
}

describe("the network as an upstream", () => {
  it("keeps the wire's headers: case, order, duplicates; and gives the body and its trailers", async () => {
    const server = await startRawUpstream(
      (socket) =>
        void socket.write(
          "HTTP/1.1 201 Odd Words\r\nX-A: 1\r\nx-a: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n",
        ),
    );
    const http = createHttpUpstream({ base: new URL(server.url), clock: createFakeClock() });
    const headers = ["X-Dup", "1", "x-dup", "2"];
    const reply = await http.upstream(request({ headers }), new AbortController().signal);
    expect([reply.status, reply.statusText]).toEqual([201, "Odd Words"]);
    expect(reply.headers).toEqual(["X-A", "1", "x-a", "2", "Transfer-Encoding", "chunked"]);
    expect(await read(reply)).toEqual(["hi", "end X-Sum 9"]);
    expect(server.requests[0]?.body.toString()).toContain("X-Dup: 1\r\nx-dup: 2\r\n");
    await http.close();
  });

  it("delivers in order what came before start, and says each thing once", async () => {
    const server = await startUpstream((_request, response) => {
      response.write("a");
      response.write("b");
      response.end("c");
    });
    const http = createHttpUpstream({ base: new URL(server.url), clock: createFakeClock() });
    const reply = await http.upstream(request(), new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await read(reply)).join("|").replace(/a\|?b\|?c/, "abc")).toBe("abc|end");
    await http.close();
  });

  it("does not let a large body pile up before start", async () => {
    let written = 0;
    const server = await startUpstream((_request, response) => {
      const more = () => {
        while (written < 50_000_000) {
          written += 65_536;
          if (!response.write(Buffer.alloc(65_536))) {
            response.once("drain", more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const http = createHttpUpstream({ base: new URL(server.url), clock: createFakeClock() });
    const reply = await http.upstream(request(), new AbortController().signal);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(30_000_000);
    let bytes = 0;
    await new Promise<void>((resolve, reject) => {
      reply.body.start({
        data(chunk) {
          bytes += chunk.length;
          reply.body.pause();
          setImmediate(() => reply.body.resume());
        },
        end: () => resolve(),
        fail: reject,
      });
    });
    expect(bytes).toBe(written);
    await http.close();
  });

  it("aborts before the head and inside the body, and closes the connection", async () => {
    const server = await startRawUpstream((socket, text) => {
      if (text.includes("/body")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const http = createHttpUpstream({ base: new URL(server.url), clock: createFakeClock() });
    const early = new AbortController();
    const never = failure(http.upstream(request(), early.signal));
    await eventually(() => server.requests.length === 1, "the request");
    early.abort();
    expect(await never).toMatchObject({ name: "UpstreamFailure", code: "ABORTED", stage: "headers" });
    const late = new AbortController();
    const reply = await http.upstream(request({ path: "/body" }), late.signal);
    const said = read(reply);
    late.abort();
    expect(await said).toEqual(["abc", "fail body ABORTED"]);
    await eventually(() => server.sockets.size === 0, "closed");
    expect(await failure(http.upstream(request(), AbortSignal.abort()))).toMatchObject({
      code: "ABORTED",
      stage: "connect",
    });
    expect(server.requests).toHaveLength(2);
    await http.close();
  });

  it("says what went wrong, in words without a request in them", async () => {
    const server = await startRawUpstream((socket, text) => {
      if (text.includes("/reset")) socket.resetAndDestroy();
      else if (text.includes("/junk")) socket.write("SSH-2.0-nonsense\r\n\r\n");
      else socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const http = createHttpUpstream({ base: new URL(server.url), clock: createFakeClock() });
    const signal = new AbortController().signal;
    const headers = ["Authorization", "Bearer sk-canary"];
    const reset = await failure(http.upstream(request({ path: "/reset", headers }), signal));
    expect(reset).toMatchObject({ code: "ECONNRESET", stage: "headers" });
    expect(reset.message).toMatch(/^127\.0\.0\.1:\d+ reset the connection \(ECONNRESET\)$/);
    const junk = await failure(http.upstream(request({ path: "/junk" }), signal));
    expect(junk).toMatchObject({ code: "NOT_HTTP", stage: "headers" });
    expect(junk.message).toContain("not HTTP");
    expect(await read(await http.upstream(request({ path: "/short" }), signal))).toEqual([
      "abc",
      expect.stringMatching(/^fail body /),
    ]);
    const unwritable = await failure(http.upstream(request({ headers: ["Bad Name", "x"] }), signal));
    expect(unwritable).toMatchObject({ code: "UND_ERR_INVALID_ARG" });
    await http.close();
  });

  it("tells a connection that was to be kept from one that never answered", async () => {
    const server = await startRawUpstream((socket, text) => {
      if (text.includes("/first")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
      else socket.end();
    });
    const http = createHttpUpstream({ base: new URL(server.url), clock: createFakeClock() });
    const signal = new AbortController().signal;
    const fresh = await failure(http.upstream(request(), signal));
    expect(fresh.message).toMatch(/^127\.0\.0\.1:\d+ closed the connection \(UND_ERR_SOCKET\)$/);
    await read(await http.upstream(request({ path: "/first" }), signal));
    const kept = await failure(http.upstream(request(), signal));
    expect(kept.message).toMatch(/closed a connection that it had offered to keep.* \(UND_ERR_SOCKET\)$/);
    await http.close();
  });

  it("knows a name that does not resolve", async () => {
    const http = createHttpUpstream({ base: new URL("http://no-such-host.invalid"), clock: createFakeClock() });
    const failed = await failure(http.upstream(request(), new AbortController().signal));
    expect(failed).toMatchObject({ stage: "connect" });
    expect(failed.code).toMatch(/ENOTFOUND|EAI_AGAIN/);
    await http.close();
  });

  it("has clocks for the first byte and between chunks, off unless set", async () => {
    const server = await startRawUpstream((socket, text) => {
      if (text.includes("/body")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    });
    const clock = createFakeClock();
    const base = new URL(server.url);
    const patient = createHttpUpstream({ base, clock });
    void patient.upstream(request(), new AbortController().signal).catch(() => undefined);
    await eventually(() => server.requests.length === 1, "the request");
    expect(clock.pending).toBe(0);

    const http = createHttpUpstream({ base, clock, timeouts: { firstByteMs: 5_000, betweenChunksMs: 1_000 } });
    const silent = failure(http.upstream(request(), new AbortController().signal));
    await eventually(() => server.requests.length === 2, "the request");
    await clock.advance(5_001);
    expect(await silent).toMatchObject({ code: "TIMEOUT", stage: "headers" });
    const reply = await http.upstream(request({ path: "/body" }), new AbortController().signal);
    const said = read(reply);
    await clock.advance(1_001);
    expect(await said).toEqual(["abc", "fail body TIMEOUT"]);
    await http.close();
    await patient.close();
  });
});
