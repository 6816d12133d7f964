import { describe, expect, it } from "vitest";
import type { ChosenFault } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { faults } from "../../src/faults/index.ts";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  eventually,
  parseReply,
  pause,
  type RawClient,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

/** What each fault that breaks the wire looks like to a client that sees nothing but the connection. */

const FRAMES = chatFrames(["one ", "zwö", "lf"], { prompt_tokens: 4, completion_tokens: 3 });
const ALL = FRAMES.join("");
const TERMINATING_CHUNK = "\r\n0\r\n\r\n";

function chosen(name: string, params: object): ChosenFault {
  const fault = faults.get(name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  const revoked = new AbortController().signal;
  return { rule: "test/1", fault, params: fault.params.parse(params), decision: "d", rng: createRng(1), revoked };
}

/** A raw client of a proxy with this fault, its request sent. */
async function meet(name: string, params: object = {}, options: { request?: string } = {}) {
  const upstream = await startUpstream((_request, response, body) => {
    if (body.includes('"stream":true')) {
      response.setHeader("content-type", "text/event-stream");
      for (const frame of FRAMES) response.write(frame);
      response.end();
      return;
    }
    response.setHeader("content-type", "application/json");
    response.end('{"choices":[{"message":{"content":"zwölf"},"finish_reason":"stop"}]}');
  });
  const proxy = await startTestProxy({ upstream: upstream.url, faults: [chosen(name, params)] });
  const client = connectRaw(proxy.port, options.request ?? chatRequest());
  return { client, proxy, upstream };
}

const bodyOf = (client: RawClient) => parseReply(client.received()).body.toString();
/** Pieces as HTTP chunks them. */
const chunksOf = (client: RawClient) =>
  [
    ...client
      .received()
      .toString("latin1")
      .matchAll(/\r\n([0-9a-f]+)\r\n/g),
  ].map(([, size]) => Number.parseInt(size ?? "", 16));

/** The connection is still good: the same client gets a second answer on it. */
async function stillUsable(client: RawClient) {
  const before = client.received().length;
  client.socket.write(chatRequest({ path: "/v1/other", body: {} }));
  await eventually(() => client.received().subarray(before).includes("HTTP/1.1 "), "an answer on the same connection");
}

describe("a clean end", () => {
  it("truncate: the terminating chunk comes, the connection stays good, finish, usage and [DONE] are missing", async () => {
    const { client } = await meet("truncate", { after: { events: 2 } });
    await client.until(TERMINATING_CHUNK);
    expect(parseReply(client.received())).toMatchObject({ status: 200, whole: true });
    expect(bodyOf(client)).toBe(FRAMES.slice(0, 2).join(""));
    await stillUsable(client);
  });

  it("truncate inside an event: the body ends with half an event, and still cleanly", async () => {
    const { client } = await meet("truncate", { after: { events: 2 }, inside: "event" });
    await client.until(TERMINATING_CHUNK);
    const half = bodyOf(client).slice(FRAMES[0]?.length);
    expect(parseReply(client.received()).whole).toBe(true);
    expect(FRAMES[1]?.startsWith(half)).toBe(true);
    expect(half.length).toBeGreaterThan(10);
    expect(half).not.toContain("\n\n");
  });

  it("truncate inside a character: the last byte is half of it", async () => {
    const { client } = await meet("truncate", { after: { events: 1 }, inside: "character" });
    await client.until(TERMINATING_CHUNK);
    const { body, whole } = parseReply(client.received());
    expect(whole).toBe(true);
    expect(body.at(-1)).toBe(0xc3);
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(body)).toThrow();
    expect(() => new TextDecoder("utf-8", { fatal: true }).decode(body.subarray(0, -1))).not.toThrow();
  });

  it("mid_stream_error: the error, [DONE] and the terminating chunk under a 200", async () => {
    const { client } = await meet("mid_stream_error", { after: { events: 2 } });
    await client.until(TERMINATING_CHUNK);
    expect(parseReply(client.received())).toMatchObject({ status: 200, whole: true });
    expect(bodyOf(client).startsWith(FRAMES.slice(0, 2).join(""))).toBe(true);
    expect(bodyOf(client)).toMatch(/data: \{"error":.*overloaded.*\n\ndata: \[DONE\]\n\n$/);
    expect(bodyOf(client)).not.toContain('finish_reason":"stop');
  });

  it("empty_reply: a 200, the terminating chunk, no byte between them", async () => {
    const { client, upstream } = await meet("empty_reply");
    await client.until("0\r\n\r\n");
    expect(parseReply(client.received())).toMatchObject({ status: 200, whole: true, body: Buffer.alloc(0) });
    expect(parseReply(client.received()).head).toContain("text/event-stream");
    expect(upstream.requests).toHaveLength(0);
    await stillUsable(client);
  });
});

describe("a broken connection", () => {
  it("disconnect by FIN: everything sent arrives, the terminating chunk does not", async () => {
    const { client, proxy } = await meet("disconnect", { after: { events: 2 }, how: "fin" });
    expect(await client.closed).toBe("fin");
    expect(bodyOf(client)).toBe(FRAMES.slice(0, 2).join(""));
    expect(parseReply(client.received()).whole).toBe(false);
    expect(await proxy.event("reply_ended")).toMatchObject({ how: "cut", finish: false });
  });

  it("disconnect by RST: the client's socket fails", async () => {
    const { client } = await meet("disconnect", { after: { events: 2 }, how: "rst" });
    expect(await client.closed).toBe("rst");
    expect(parseReply(client.received()).whole).toBe(false);
  });

  it("disconnect inside an event: half an event, then FIN", async () => {
    const { client } = await meet("disconnect", { after: { events: 2 }, inside: "event" });
    expect(await client.closed).toBe("fin");
    expect(bodyOf(client)).not.toMatch(/\n\n$/);
    expect(ALL.startsWith(bodyOf(client))).toBe(true);
  });

  it("disconnect of an unstreamed reply: a part of the body, no terminating chunk", async () => {
    const { client } = await meet("disconnect", {}, { request: chatRequest({ body: chatBody({ stream: false }) }) });
    expect(await client.closed).toBe("fin");
    expect(() => JSON.parse(bodyOf(client))).toThrow();
    expect(parseReply(client.received()).whole).toBe(false);
  });

  it("reset: RST before any byte", async () => {
    const { client, upstream } = await meet("reset");
    expect(await client.closed).toBe("rst");
    expect(client.received()).toHaveLength(0);
    expect(upstream.requests).toHaveLength(0);
  });

  it("hang: no byte, then FIN after its time; without a time the connection stays open", async () => {
    const { client } = await meet("hang", { lasts: "50ms" });
    expect(await client.closed).toBe("fin");
    expect(client.received()).toHaveLength(0);
    const { client: other, proxy } = await meet("hang");
    await proxy.event("fault_applied");
    await pause(100);
    expect([other.received().length, other.socket.destroyed, other.socket.readyState]).toEqual([0, false, "open"]);
  });
});

describe("an open connection", () => {
  it("stall: a beginning, then silence; neither a FIN nor a terminating chunk", async () => {
    const { client, proxy } = await meet("stall", { after: { events: 2 } });
    await proxy.event("fault_applied");
    await pause(100);
    expect(bodyOf(client)).toBe(FRAMES.slice(0, 2).join(""));
    expect([parseReply(client.received()).whole, client.socket.readyState]).toEqual([false, "open"]);
  });

  it("late_close: every byte and [DONE], and no terminating chunk until its time is over", async () => {
    const { client, proxy } = await meet("late_close");
    await client.until("[DONE]");
    await proxy.event("fault_applied");
    await pause(100);
    expect(bodyOf(client)).toBe(ALL);
    expect([parseReply(client.received()).whole, client.socket.readyState]).toEqual([false, "open"]);
    const { client: timed } = await meet("late_close", { lasts: "50ms" });
    await timed.until(TERMINATING_CHUNK);
    expect(parseReply(timed.received())).toMatchObject({ whole: true, body: Buffer.from(ALL) });
  });
});

describe("the same bytes, or nearly", () => {
  it("split_frames: chunks of the wanted sizes, borders inside of a character, whole in the end", async () => {
    const { client } = await meet("split_frames", { sizes: [3, 40] });
    await client.until(TERMINATING_CHUNK);
    expect(parseReply(client.received())).toMatchObject({ whole: true, body: Buffer.from(ALL) });
    expect(chunksOf(client).slice(0, 2)).toEqual([3, 40]);
    const { client: single } = await meet("split_frames", { sizes: [1] });
    await single.until(TERMINATING_CHUNK);
    expect(new Set(chunksOf(single))).toEqual(new Set([1, 0]));
    expect(bodyOf(single)).toBe(ALL);
  });

  it("merge_frames: the same bytes in one chunk", async () => {
    const { client, proxy } = await meet("merge_frames", { sizes: [100] });
    await client.until(TERMINATING_CHUNK);
    expect(bodyOf(client)).toBe(ALL);
    expect(chunksOf(client)).toEqual([Buffer.byteLength(ALL), 0]);
    expect(proxy.of("fault_applied")).toHaveLength(1);
  });

  it("malformed_chunk: a whole event with half its JSON, all others as they were", async () => {
    const { client } = await meet("malformed_chunk", { after: { events: 2 } });
    await client.until(TERMINATING_CHUNK);
    const events = bodyOf(client).split(/(?<=\n\n)/);
    expect(events).toHaveLength(FRAMES.length);
    const broken = events.flatMap((event, i) => (event === FRAMES[i] ? [] : [i]));
    expect(broken).toEqual([2]);
    expect(() => JSON.parse(events[2]?.slice(6) ?? "")).toThrow();
  });

  it.each([
    ["duplicate_frame", { after: { events: 2 } }, [0, 1, 2, 2, 3, 4, 5, 6]],
    ["drop_frame", { after: { events: 2 } }, [0, 1, 3, 4, 5, 6]],
    ["drop_finish", {}, [0, 1, 2, 3, 5, 6]],
    ["drop_usage", {}, [0, 1, 2, 3, 4, 6]],
  ])("%s: the events and no others, in order", async (name, params, order) => {
    const { client } = await meet(name, params);
    await client.until(TERMINATING_CHUNK);
    expect(bodyOf(client)).toBe(order.map((i) => FRAMES[i]).join(""));
  });

  it("bandwidth: the same bytes, and they take their time", async () => {
    const startedAt = performance.now();
    const { client } = await meet("bandwidth", { rate: ALL.length * 4 });
    await client.until(TERMINATING_CHUNK);
    expect(bodyOf(client)).toBe(ALL);
    expect(performance.now() - startedAt).toBeGreaterThan(240);
  });

  it("html_reply and json_for_stream: an announced length and another type", async () => {
    const { client } = await meet("html_reply");
    await client.until("</html>");
    expect(parseReply(client.received())).toMatchObject({ status: 200, whole: true });
    expect(parseReply(client.received()).head).toContain("content-type: text/html");
    const { client: other } = await meet("json_for_stream");
    await other.until('"usage"');
    await eventually(() => parseReply(other.received()).whole, "the whole body");
    expect(JSON.parse(bodyOf(other)).choices[0].finish_reason).toBe("stop");
  });
});
