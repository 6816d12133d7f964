import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RecordedExchange } from "../../src/cassette/index.ts";
import type { Problem } from "../../src/core/errors.ts";
import { createScrubber } from "../../src/core/secrets.ts";
import { UpstreamFailure } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import { createReplay, type ReplayRules } from "../../src/upstreams/index.ts";
import { cassetteText, exchange } from "../support/cassette.ts";
import { createFakeClock } from "../support/clock.ts";
import { createTestSink } from "../support/proxy.ts";
import { chatRequest, gather } from "../support/stub.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "llm-chaos-replay-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function setUp(exchanges: readonly RecordedExchange[] | string, rules: ReplayRules = {}) {
  const path = typeof exchanges === "string" ? exchanges : join(folder(), "tape.jsonl");
  if (typeof exchanges !== "string") writeFileSync(path, cassetteText(exchanges));
  const clock = createFakeClock();
  const log = createTestSink(clock);
  const problems: Problem[] = [];
  const built: string[] = [];
  const replay = await createReplay({
    path,
    clock,
    sink: log.sink,
    scrubber: createScrubber(),
    dialects,
    onProblem: (problem) => problems.push(problem),
    onBuild: (file) => built.push(file),
    ...rules,
  });
  onTestFinished(() => replay.close());
  let calls = 0;
  /** The whole answer to a prompt, when all its time has passed. */
  const ask = async (content: string, body: Record<string, unknown> = {}) => {
    const asked = { model: "sample-model", messages: [{ role: "user", content }], stream: true, ...body };
    const replying = replay.upstream({ ...chatRequest(asked), id: `c${++calls}` }, new AbortController().signal);
    replying.catch(() => undefined);
    // Files are read by real threads, whatever the clock says.
    for (let i = 0; i < 40; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await clock.advance(10);
    }
    const reply = await replying;
    const read = gather(reply, clock);
    await clock.advance(10_000);
    return { ...reply, totalTokens: reply.totalTokens, text: read.text, read };
  };
  return { path, clock, log, replay, ask, problems, built };
}

const body = (content: string, more: object = {}) => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: [],
  body: {
    text: JSON.stringify({ model: "sample-model", messages: [{ role: "user", content }], stream: true, ...more }),
  },
});
const answering = (id: string, text: string, more: Partial<RecordedExchange> = {}) => {
  const base = exchange(id, more);
  return {
    ...base,
    reply: base.reply && {
      ...base.reply,
      chunks: [{ ms: 30, text: `data: ${text}\n\n` }, ...base.reply.chunks.slice(1)],
    },
    ...("reply" in more ? { reply: more.reply ?? null } : {}),
  };
};

describe("replay", () => {
  it("plays a recording at its own pace, byte for byte", async () => {
    const { replay, clock } = await setUp([exchange("r1")]);
    const replying = replay.upstream(
      {
        ...chatRequest({ model: "sample-model", stream: true, messages: [{ role: "user", content: "r1" }] }),
        id: "c1",
      },
      new AbortController().signal,
    );
    // The recording is read by a thread; the clock stands still meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.advance(19);
    let there = false;
    void replying.then(() => {
      there = true;
    });
    await clock.advance(0.5);
    expect(there).toBe(false);
    await clock.advance(0.5);
    expect(there).toBe(true);
    const read = gather(await replying, clock);
    await clock.advance(100);
    expect(read.chunks.map(({ atMs }) => atMs)).toEqual([30, 40, 40]);
    expect(read.text).toBe(
      (exchange("r1").reply?.chunks ?? []).map((chunk) => ("text" in chunk ? chunk.text : "")).join(""),
    );
    expect(read.ended).toBe("end");
  });

  it("walks through the recordings of one prompt, then stays with the last", async () => {
    const refused = answering("r1", "", {
      request: body("hello"),
      reply: {
        status: 429,
        status_text: "Too Many Requests",
        headers: ["retry-after", "1"],
        headers_ms: 5,
        chunks: [],
      },
    });
    const { ask, log } = await setUp([
      refused,
      answering("r2", "first", { request: body("hello") }),
      answering("r3", "other", { request: body("something else") }),
      answering("r4", "second", { request: body("hello") }),
    ]);
    const statuses: number[] = [];
    const texts: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { status, text } = await ask("hello");
      statuses.push(status);
      texts.push(text.split("\n")[0] ?? "");
    }
    expect(statuses).toEqual([429, 200, 200, 200]);
    expect(texts).toEqual(["", "data: first", "data: second", "data: second"]);
    expect(log.of("replay_matched").map(({ call, recorded, by }) => [call, recorded, by])).toEqual([
      ["c1", "r1", "exact"],
      ["c2", "r2", "exact"],
      ["c3", "r4", "exact"],
      ["c4", "r4", "exact"],
    ]);
  });

  it("finds a request whose volatile fields, order of keys, call ids or ignored paths differ", async () => {
    const recorded = answering("r1", "found", {
      request: body("hi lc-0123abcd", { user: "a", seed: 1, temperature: 0 }),
    });
    const { ask, log, path } = await setUp([recorded]);
    const asked = { temperature: 0, user: "b", metadata: { x: "y" }, stream_options: { include_usage: true } };
    expect((await ask("hi lc-99999999", asked)).text).toContain("found");
    expect((await ask("hi lc-99999999", { temperature: 0.5 })).status).toBe(404);
    expect(log.of("replay_matched").map(({ by }) => by)).toEqual(["normalised"]);
    const ignoring = await setUp(path, { ignore: ["$.temperature"] });
    expect((await ignoring.ask("hi lc-99999999", { temperature: 0.5 })).text).toContain("found");
    expect(ignoring.built, "an index of other rules is not used").toHaveLength(1);
  });

  it("answers a miss such that nobody tries again, naming the nearest recording and where it differs, not how", async () => {
    const { ask, log } = await setUp([
      answering("r1", "a", { request: body("about ships", { temperature: 0, tools: [] }) }),
      answering("r2", "b", { request: body("about secret planes", { temperature: 0 }) }),
    ]);
    const { status, headers, text } = await ask("about my own secret", { temperature: 1 });
    expect(status).toBe(404);
    expect(headers).toEqual(expect.arrayContaining(["x-should-retry", "false", "x-llm-chaos", "replay-miss"]));
    const { error } = JSON.parse(text);
    expect(error.code).toBe("llm_chaos_replay_miss");
    expect(error.message).toContain("the nearest recording, r2, differs in $.messages[0].content, $.temperature");
    expect(text).not.toContain("secret");
    expect(log.of("replay_missed")).toMatchObject([
      { call: "c1", nearest: "r2", difference: "$.messages[0].content, $.temperature" },
    ]);
  });

  it("loosely takes turns among the recordings of the same model and shape", async () => {
    const { ask, log } = await setUp(
      [
        answering("r1", "one", { request: body("a") }),
        answering("r2", "two", { request: body("b") }),
        answering("r3", "tools", { request: body("c", { tools: [{ type: "function" }] }) }),
      ],
      { match: "loose" },
    );
    const texts: string[] = [];
    for (const prompt of ["x", "y", "z"]) texts.push((await ask(prompt)).text.split("\n")[0] ?? "");
    expect(texts).toEqual(["data: one", "data: two", "data: one"]);
    expect((await ask("x", { model: "another" })).status).toBe(404);
    expect(log.of("replay_matched").map(({ by }) => by)).toEqual(["loose", "loose", "loose"]);
  });

  it("replays failures as failures, and a recording whose caller left only where there is no other", async () => {
    const cut: Partial<RecordedExchange> = { end: { how: "cut", ms: 60, code: "UND_ERR_SOCKET", stage: "body" } };
    const { ask } = await setUp([
      answering("r1", "half", { request: body("cut"), ...cut }),
      answering("r2", "", {
        request: body("down"),
        reply: null,
        end: { how: "failed", ms: 2, code: "ECONNREFUSED", stage: "connect" },
      }),
      answering("r3", "left", { request: body("left"), end: { how: "client_left", ms: 35 } }),
      answering("r4", "whole", { request: body("left") }),
      answering("r5", "only", { request: body("only left"), end: { how: "client_left", ms: 35 } }),
      answering("r6", "", { request: body("never"), reply: null, end: { how: "client_left", ms: 1 } }),
    ]);
    const half = await ask("cut");
    expect(half.text).toContain("half");
    expect(half.read.ended).toMatchObject({ code: "UND_ERR_SOCKET", stage: "body" });
    const failure = await ask("down").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UpstreamFailure);
    expect(failure).toMatchObject({ code: "ECONNREFUSED", stage: "connect" });
    expect((await ask("left")).text).toContain("whole");
    const only = await ask("only left");
    expect(only.text).toContain("only");
    expect(only.read.ended).toMatchObject({ code: "RECORDING_ENDS" });
    expect((await ask("never")).status).toBe(404);
  });

  it("knows how many tokens a reply will have, so that positions by share work", async () => {
    const { ask } = await setUp([exchange("r1")]);
    expect((await ask("r1")).totalTokens).toBeGreaterThan(1);
  });

  it("announces the length that a body has without its secrets", async () => {
    const text = '{"error":"[secret]"}';
    const reply = {
      status: 401,
      status_text: "",
      headers: ["Content-Length", "99"],
      headers_ms: 1,
      chunks: [{ ms: 1, text }],
    };
    const { ask } = await setUp([answering("r1", "", { request: body("key"), reply })]);
    expect((await ask("key")).headers).toEqual(["content-length", String(text.length)]);
  });

  it("keeps an index beside the file, and makes it again when the file has changed", async () => {
    const first = await setUp([exchange("r1"), exchange("r2")]);
    expect(first.built).toEqual([first.path]);
    expect(statSync(`${first.path}.index`).mode & 0o777).toBe(0o600);
    const again = await setUp(first.path);
    expect(again.built).toEqual([]);
    expect((await again.ask("r2")).text).toContain("answer to r2");
    writeFileSync(first.path, `${cassetteText([exchange("r2"), exchange("r3")])}not json\n`);
    const changed = await setUp(first.path);
    expect(changed.built).toEqual([first.path]);
    expect((await changed.ask("r3")).text).toContain("answer to r3");
    expect((await changed.ask("r1")).status).toBe(404);
    expect(changed.problems.map(({ line, message }) => `${line}: ${message}`)).toEqual(["4: not JSON; left out"]);
    writeFileSync(`${first.path}.index`, readFileSync(`${first.path}.index`).subarray(0, 300));
    expect((await setUp(first.path)).built, "a broken index is made again").toEqual([first.path]);
    expect((await setUp(first.path)).problems, "what is wrong is said again").toHaveLength(1);
    expect(existsSync(`${first.path}.index`)).toBe(true);
  });

  it("says so when the file is changed under it", async () => {
    const { ask, path } = await setUp([exchange("r1"), exchange("r2")]);
    writeFileSync(path, cassetteText([]));
    await expect(ask("r2")).rejects.toMatchObject({ code: "CASSETTE_CHANGED" });
  });
});
