import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { type RecordedExchange, readCassette, recordedBytes } from "../../src/cassette/index.ts";
import { createScrubber } from "../../src/core/secrets.ts";
import { type BodyReader, type Upstream, UpstreamFailure } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import { createRecorder, createReplay } from "../../src/upstreams/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { createTestSink } from "../support/proxy.ts";
import { chatRequest, gather } from "../support/stub.ts";

const SSE = ["content-type", "text/event-stream"];
const KEY = "canary-key-of-the-test";

function setUp(more: { maxHeldBytes?: number; maxPartBytes?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-recorder-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = createFakeClock();
  const log = createTestSink(clock);
  const notices: string[] = [];
  const scrubber = createScrubber();
  scrubber.register(KEY);
  const recorder = createRecorder({
    clock,
    sink: log.sink,
    scrubber,
    versions: { llm_chaos: "0.0.0", node: "v24" },
    upstreams: [{ name: "test", kind: "live", address: "http://test" }],
    notify: (line) => notices.push(line),
    ...more,
  });
  const file = join(folder, "tape.jsonl");
  /** A body that the test pushes. */
  const pushed = (headers: readonly string[] = SSE) => {
    let reader: BodyReader | undefined;
    const upstream: Upstream = async () => ({
      status: 200,
      statusText: "OK",
      headers,
      body: {
        start(given) {
          reader = given;
        },
        pause() {},
        resume() {},
      },
    });
    return { upstream: recorder.wrap(upstream, dialects), reader: () => reader as BodyReader };
  };
  const stopped = async () => {
    await recorder.stop();
    const exchanges: RecordedExchange[] = [];
    for await (const exchange of readCassette(file)) exchanges.push(exchange);
    return exchanges;
  };
  return { folder, file, clock, log, notices, recorder, pushed, stopped };
}

const bytes = (text: string) => new TextEncoder().encode(text);
const whole = (exchange: RecordedExchange | undefined) =>
  Buffer.concat((exchange?.reply?.chunks ?? []).map(recordedBytes)).toString();

describe("recorder", () => {
  it("keeps every chunk as it came, with its time, and hands each on at once", async () => {
    const { recorder, file, clock, pushed, stopped, log } = setUp();
    recorder.start(file);
    const { upstream, reader } = pushed();
    const euro = bytes("€");
    const pieces = [
      bytes("data: one\n\n"),
      Buffer.concat([
        bytes('data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n'),
        euro.subarray(0, 1),
      ]),
      Buffer.concat([euro.subarray(1), bytes("\n\n")]),
    ];
    const reply = await upstream(chatRequest({ stream: true }), new AbortController().signal);
    const seen: Uint8Array[] = [];
    reply.body.start({ data: (chunk) => void seen.push(chunk), end() {}, fail() {} });
    for (const piece of pieces) {
      await clock.advance(12.5);
      reader().data(piece);
      expect(seen.at(-1)).toBe(piece);
    }
    await clock.advance(1);
    reader().end([]);
    const [exchange] = await stopped();
    expect(exchange).toMatchObject({
      id: "r1",
      dialect: "openai-chat",
      model: "gpt-4o",
      stream: true,
      request: { method: "POST", path: "/v1/chat/completions", headers: ["content-type", "application/json"] },
      reply: { status: 200, headers: SSE },
      end: { how: "complete", ms: 38.5 },
      usage: { input_tokens: 7, output_tokens: 3 },
    });
    expect(exchange?.reply?.chunks.map(recordedBytes)).toEqual(pieces.map((piece) => Buffer.from(piece)));
    expect(exchange?.reply?.chunks.map(({ ms }) => ms)).toEqual([12.5, 25, 37.5]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(log.of("recording").map(({ state, exchanges }) => [state, exchanges])).toEqual([
      ["started", 0],
      ["stopped", 1],
    ]);
  });

  it("tells cut, failed and abandoned calls apart", async () => {
    const { recorder, file, pushed, stopped, clock } = setUp();
    recorder.start(file);
    const { upstream, reader } = pushed();
    const read = gather(await upstream(chatRequest({}), new AbortController().signal), clock);
    reader().data(bytes("half"));
    const lost = new UpstreamFailure("UND_ERR_SOCKET", "body", "lost");
    reader().fail(lost);
    expect(read.ended).toBe(lost);

    const refused = new UpstreamFailure("ECONNREFUSED", "connect", "refused");
    const failing = recorder.wrap(async () => Promise.reject(refused), dialects);
    await expect(failing(chatRequest({}), new AbortController().signal)).rejects.toBe(refused);

    const leaving = new AbortController();
    await upstream(chatRequest({}), leaving.signal);
    leaving.abort();
    // The network's own body hears of it first, and breaks off.
    let broken: BodyReader | undefined;
    const gone = new UpstreamFailure("ABORTED", "body", "ended");
    const aborting = recorder.wrap(async (_request, signal) => {
      signal.addEventListener("abort", () => broken?.fail(gone), { once: true });
      const start = (given: BodyReader) => {
        broken = given;
      };
      return { status: 200, statusText: "OK", headers: SSE, body: { start, pause() {}, resume() {} } };
    }, dialects);
    const abandoning = new AbortController();
    gather(await aborting(chatRequest({}), abandoning.signal), clock);
    abandoning.abort();
    const all = await stopped();
    expect(all.map(({ end }) => end)).toEqual([
      { how: "cut", ms: 0, code: "UND_ERR_SOCKET", stage: "body" },
      { how: "failed", ms: 0, code: "ECONNREFUSED", stage: "connect" },
      { how: "client_left", ms: 0 },
      { how: "client_left", ms: 0, code: "ABORTED", stage: "body" },
    ]);
    expect(all[1]?.reply).toBeNull();
    expect(whole(all[0])).toBe("half");
  });

  it("leaves out secrets: in headers, query and bodies, across chunks, in coded replies, and those that only look like one", async () => {
    const { recorder, file, pushed, stopped } = setUp();
    recorder.start(file);
    const headers = [...SSE, "Set-Cookie", `id=${KEY}`, "x-request-id", `req-${KEY}`, "openai-organization", "org-1"];
    const { upstream, reader } = pushed(headers);
    const request = chatRequest({ messages: [{ role: "user", content: `It is ${KEY}, or sk-looks-like-a-key-1` }] });
    const secretive = {
      ...request,
      path: `${request.path}?key=${KEY}&api-version=2024-10-21`,
      headers: [...request.headers, "Authorization", `Bearer ${KEY}`, "cookie", KEY],
    };
    const idle = { data() {}, end() {}, fail() {} };
    (await upstream(secretive, new AbortController().signal)).body.start(idle);
    const text = `data: the key ${KEY} and ${KEY}${KEY} end\n\n`;
    for (const letter of text) reader().data(bytes(letter));
    reader().end([]);

    const coded = pushed(["content-type", "application/json", "Content-Encoding", "gzip", "Content-Length", "99"]);
    (await coded.upstream(request, new AbortController().signal)).body.start(idle);
    const zipped = gzipSync(`{"error":"wrong key ${KEY}"}`);
    coded.reader().data(zipped.subarray(0, 15));
    coded.reader().data(zipped.subarray(15));
    coded.reader().end([]);

    const [first, second] = await stopped();
    expect(readFileSync(file, "utf8")).not.toMatch(/canary|looks-like/);
    expect(whole(first)).toBe("data: the key [secret] and [secret][secret] end\n\n");
    expect(first?.reply?.chunks.length).toBeGreaterThan(20);
    expect(first?.reply?.headers).toEqual([...SSE, "x-request-id", "req-[secret]"]);
    expect(first?.request.path).toBe("/v1/chat/completions?api-version=2024-10-21");
    expect(first?.request.headers).toEqual(["content-type", "application/json"]);
    expect(first?.request.body).toMatchObject({ text: expect.stringContaining("It is [secret], or [secret]") });
    expect(whole(second)).toBe('{"error":"wrong key [secret]"}');
    expect(second?.reply).toMatchObject({ decoded: "gzip", headers: ["content-type", "application/json"] });
  });

  it("drops a recording loudly when there is no room for it, and never the traffic", async () => {
    const { recorder, file, pushed, stopped, clock, log, notices } = setUp({ maxHeldBytes: 2_000 });
    recorder.start(file);
    const { upstream, reader } = pushed();
    const call = async (size: number) => {
      const read = gather(await upstream(chatRequest({}), new AbortController().signal), clock);
      for (let sent = 0; sent < size; sent += 100) reader().data(bytes("x".repeat(100)));
      reader().end([]);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return read.text.length;
    };
    expect(await call(5_000)).toBe(5_000);
    expect(await call(100)).toBe(100);
    expect(await call(5_000)).toBe(5_000);
    expect(recorder.state()).toEqual({ file, exchanges: 1, dropped: 2 });
    expect((await stopped()).map(whole)).toEqual(["x".repeat(100)]);
    expect(log.of("recording").map(({ state }) => state)).toEqual(["started", "dropped", "dropped", "stopped"]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/a call was not recorded: there is no room/);
  });

  it("goes on in the next part when one is full", async () => {
    const { recorder, file, pushed, stopped, log, folder } = setUp({ maxPartBytes: 2_500 });
    recorder.start(file);
    const { upstream, reader } = pushed();
    for (let n = 0; n < 6; n++) {
      (await upstream(chatRequest({}), new AbortController().signal)).body.start({ data() {}, end() {}, fail() {} });
      reader().data(bytes(`answer ${n} ${"x".repeat(400)}`));
      reader().end([]);
    }
    const all = await stopped();
    expect(all.map(whole).map((text) => text.slice(0, 8))).toEqual([0, 1, 2, 3, 4, 5].map((n) => `answer ${n}`));
    expect(all.map(({ id }) => id)).toEqual(["r1", "r2", "r3", "r4", "r5", "r6"]);
    expect(existsSync(join(folder, "tape.2.jsonl"))).toBe(true);
    expect(statSync(file).size).toBeLessThan(2_500);
    expect(log.of("recording").filter(({ state }) => state === "rotated").length).toBeGreaterThan(0);
  });

  it("leaves an index that replay takes as it is, for every part", async () => {
    const { recorder, file, pushed, stopped, clock, log } = setUp({ maxPartBytes: 2_500 });
    recorder.start(file);
    const { upstream, reader } = pushed();
    const ask = (n: number) =>
      chatRequest({ messages: [{ role: "user", content: `question ${n} ${"x".repeat(400)}` }] });
    for (let n = 0; n < 6; n++) {
      (await upstream(ask(n), new AbortController().signal)).body.start({ data() {}, end() {}, fail() {} });
      reader().data(bytes(`answer ${n}`));
      reader().end([]);
    }
    expect(await stopped()).toHaveLength(6);
    const built: string[] = [];
    const onBuild = (path: string) => built.push(path);
    const scrubber = createScrubber();
    const speed = Number.POSITIVE_INFINITY;
    const replay = await createReplay({ path: file, clock, sink: log.sink, scrubber, dialects, speed, onBuild });
    onTestFinished(() => replay.close());
    for (const n of [5, 0, 3]) {
      const read = gather(await replay.upstream(ask(n), new AbortController().signal), clock);
      expect(read.text).toBe(`answer ${n}`);
    }
    expect(built).toEqual([]);
    expect(replay.count).toBe(6);
  });

  it("never writes to a file that is there, and records one file at a time", async () => {
    const { recorder, file, folder, stopped } = setUp();
    writeFileSync(join(folder, "old.jsonl"), "mine");
    expect(() => recorder.start(join(folder, "old.jsonl"))).toThrow(/exists already; a cassette is never overwritten/);
    expect(readFileSync(join(folder, "old.jsonl"), "utf8")).toBe("mine");
    writeFileSync(join(folder, "tape.2.jsonl"), "of an older recording");
    expect(() => recorder.start(file)).toThrow(/tape\.2\.jsonl exists already/);
    rmSync(join(folder, "tape.2.jsonl"));
    recorder.start(file);
    expect(() => recorder.start(join(folder, "other.jsonl"))).toThrow(/is being recorded already/);
    expect(await stopped()).toEqual([]);
    expect(recorder.state()).toBeUndefined();
    recorder.start(join(folder, "%p.jsonl"));
    await recorder.stop();
    expect(existsSync(join(folder, `${process.pid}.jsonl`))).toBe(true);
  });
});
