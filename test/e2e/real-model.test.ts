import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { expect, it } from "vitest";
import { percentile } from "../../src/core/percentile.ts";
import { freshFolder, runCli, startProxyCli } from "../support/e2e.ts";

// Tokens that a real model makes, at its own pace, from a server that nobody here wrote: llama.cpp's. CONTRIBUTING.md says how
// to start one with a small model on a processor.

const SERVER = process.env["LLAMA_SERVER_URL"];
const KEY = "sk-sample-key-0001";
const QUESTIONS = ["Name three seas.", "Why is the sky blue? Answer with an emoji, too.", "Wie heißt die Hauptstadt?"];

interface Timed {
  seen: unknown[];
  /** Milliseconds from the call to each event, a list for each stream. */
  times: number[][];
}

async function timed(events: Promise<AsyncIterable<unknown>>, { seen, times }: Timed): Promise<void> {
  const startedMs = performance.now();
  const own: number[] = [];
  times.push(own);
  for await (const event of await events) {
    own.push(performance.now() - startedMs);
    seen.push(event);
  }
}

async function ask(url: string): Promise<Timed> {
  const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0, timeout: 60_000 });
  const anthropic = new Anthropic({ baseURL: url, apiKey: KEY, maxRetries: 0, timeout: 60_000 });
  const all: Timed = { seen: [], times: [] };
  for (const content of QUESTIONS) {
    const asked = { model: "small", messages: [{ role: "user" as const, content }], max_tokens: 40 };
    const stream = { ...asked, stream: true as const };
    await timed(openai.chat.completions.create({ ...stream, stream_options: { include_usage: true } }), all);
    await timed(anthropic.messages.create(stream), all);
    all.seen.push(await openai.chat.completions.create(asked), await anthropic.messages.create(asked));
  }
  await timed(openai.responses.create({ model: "small", input: "Hello", max_output_tokens: 30, stream: true }), all);
  const refused = await openai.chat.completions
    .create({ model: "small", messages: [{ role: "user", content: "sea ".repeat(40_000) }] })
    .catch((error: unknown) => error);
  all.seen.push(refused instanceof OpenAI.APIError ? [refused.status, refused.error] : refused);
  return all;
}

const NAME = "replays a real model's tokens so that the official SDKs cannot tell";
const WHY = SERVER === undefined ? " (skipped: LLAMA_SERVER_URL names no llama.cpp server, see CONTRIBUTING.md)" : "";

it.skipIf(SERVER === undefined)(`${NAME}${WHY}`, { timeout: 300_000 }, async () => {
  const cwd = freshFolder();
  const live = await startProxyCli(["--upstream", SERVER ?? "", "--record", "tape.jsonl"], { cwd });
  const first = await ask(live.url);
  live.signal("SIGTERM");
  expect(await live.exited, live.stderr()).toBe(0);
  expect(first.seen.length, "a token is an event").toBeGreaterThan(150);

  const replay = await startProxyCli(["--upstream", "replay:tape.jsonl"], { cwd });
  const again = await ask(replay.url);
  replay.signal("SIGTERM");
  await replay.exited;
  expect(again.seen).toEqual(first.seen);

  // Event by event at its time: half of them within 25 ms, all but the odd one within half a second. Other programs run here.
  const late = again.times.flatMap((times, s) => times.map((ms, i) => Math.abs(ms - (first.times[s]?.[i] ?? 0))));
  expect(percentile(late, 0.5)).toBeLessThan(25);
  expect(percentile(late, 0.99)).toBeLessThan(500);

  const checked = await runCli(["validate", "tape.jsonl"], { cwd });
  expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining("1 file, 0 errors, 0 warnings") });

  // What the stub is made to do from it takes as long as the model took.
  const fitted = await runCli(["calibrate", "tape.jsonl", "--out", "fitted.yaml"], { cwd });
  expect(fitted.code, fitted.stderr).toBe(0);
  const stub = await startProxyCli(["--upstream", "stub:fitted.yaml"], { cwd });
  const alike = await ask(stub.url);
  const gaps = ({ times }: Timed) => times.flatMap((own) => own.slice(1).map((ms, i) => ms - (own[i] ?? 0)));
  const [model = 0, imitated = 0] = [first, alike].map((run) => percentile(gaps(run), 0.5) ?? 0);
  expect(imitated / model).toBeGreaterThan(0.5);
  expect(imitated / model).toBeLessThan(2);
});
