import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import { LLMock } from "@copilotkit/aimock";
import OpenAI from "openai";
import { expect, it, onTestFinished } from "vitest";
import { freshFolder, runCli, startProxyCli } from "../support/e2e.ts";

// A server that we did not write is recorded; what its official clients see of the recording must be what they saw of it.

const MODEL = "sample-model";
const KEY = "sk-sample-key-0001";
const TEXT = "Replay is only worth something when nobody can tell it from what was recorded.";
/** Between the events; the whole takes some hundred milliseconds. */
const GAP_MS = 15;

async function startMock(): Promise<string> {
  const mock = new LLMock({ port: 0, host: "127.0.0.1", logLevel: "silent", latency: GAP_MS, chunkSize: 6 });
  mock.onMessage("hello", { content: TEXT });
  mock.onMessage("weather", { toolCalls: [{ name: "weather", arguments: '{"city":"Oslo","days":3}' }] });
  const url = await mock.start();
  onTestFinished(() => mock.stop());
  return url;
}

/** Everything that the two SDKs tell of these calls, and how long the first took. */
async function askWithSdks(url: string) {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: 0 });
  const say = (content: string) => ({ model: MODEL, messages: [{ role: "user" as const, content }] });
  const seen: unknown[] = [];
  const startedMs = performance.now();
  const stream = await openai.chat.completions.create({
    ...say("hello"),
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of stream) seen.push(chunk);
  const tookMs = performance.now() - startedMs;
  for await (const chunk of await openai.chat.completions.create({ ...say("weather"), stream: true })) seen.push(chunk);
  seen.push(await openai.chat.completions.create(say("hello")));
  for await (const event of await openai.responses.create({ model: MODEL, input: "hello", stream: true }))
    seen.push(event);
  for await (const event of anthropic.messages.stream({ ...say("hello"), max_tokens: 200 })) seen.push(event);
  seen.push(await anthropic.messages.create({ ...say("weather"), max_tokens: 200 }));
  const refused = await openai.chat.completions.create(say("nothing fits this")).catch((error: unknown) => error);
  seen.push(refused instanceof OpenAI.APIError ? [refused.status, refused.error] : refused);
  return { seen, tookMs };
}

it("cannot be told from the server that was recorded, by the official SDKs", async () => {
  const cwd = freshFolder();
  const live = await startProxyCli(["--upstream", await startMock(), "--record", "tape.jsonl"], { cwd });
  const first = await askWithSdks(live.url);
  live.signal("SIGTERM");
  expect(await live.exited, live.stderr()).toBe(0);

  const replay = await startProxyCli(["--upstream", "replay:tape.jsonl"], { cwd });
  const again = await askWithSdks(replay.url);
  expect(again.seen).toEqual(first.seen);
  expect(first.seen.length, "streams of many events").toBeGreaterThan(60);
  expect(JSON.stringify(again.seen)).toContain("Oslo");
  // The recorded gaps are waited for, and not much more; other programs share the machine.
  expect(again.tookMs).toBeGreaterThan(GAP_MS * 8);
  expect(again.tookMs).toBeLessThan(first.tookMs + 2_000);

  const checked = await runCli(["validate", "tape.jsonl"], { cwd });
  expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining("1 file, 0 errors, 0 warnings") });
  const exported = await runCli(["export", "tape.jsonl", "-o", join(cwd, "tape.har")], { cwd });
  expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining("tape.har") });
});

it("answers what was not recorded with an error that the SDKs do not retry", async () => {
  const cwd = freshFolder();
  const live = await startProxyCli(["--upstream", "stub", "--record", "tape.jsonl"], { cwd });
  const client = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 3 });
  const ask = (url: string, content: string) =>
    client(url).chat.completions.create({
      model: MODEL,
      messages: [{ role: "user", content }],
      max_completion_tokens: 3,
    });
  await ask(live.url, "recorded");
  live.signal("SIGTERM");
  await live.exited;

  const replay = await startProxyCli(["--upstream", "replay:tape.jsonl"], { cwd });
  expect((await ask(replay.url, "recorded")).choices[0]?.message.content).not.toBe("");
  const startedMs = performance.now();
  const missed = await ask(replay.url, "my own secret").catch((error: unknown) => error);
  expect(missed).toBeInstanceOf(OpenAI.NotFoundError);
  expect(missed).toMatchObject({
    code: "llm_chaos_replay_miss",
    message: expect.stringContaining("r1, differs in $.messages[0].content"),
  });
  expect(String(missed)).not.toContain("secret");
  expect(performance.now() - startedMs, "three retries would take longer").toBeLessThan(2_000);
});
