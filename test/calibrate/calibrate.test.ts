import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { calibrate } from "../../src/calibrate/index.ts";
import type { RecordedExchange } from "../../src/cassette/index.ts";
import { type Distribution, sample } from "../../src/core/distribution.ts";
import { UserError } from "../../src/core/errors.ts";
import { createRng, type Rng } from "../../src/core/rng.ts";
import { dialects } from "../../src/providers/index.ts";
import { createStub, parseStubProfile } from "../../src/upstreams/index.ts";
import { cassetteText, exchange } from "../support/cassette.ts";
import { createFakeClock } from "../support/clock.ts";
import { chatRequest, gather, instantCounter } from "../support/stub.ts";

const TTFT: Distribution = { kind: "lognormal", medianMs: 420, sigma: 0.5 };
const LENGTH: Distribution = { kind: "lognormal", medianMs: 40, sigma: 0.4 };
/** Two speeds, which no lognormal is. */
const gap = (rng: Rng) => (rng.next() < 0.7 ? 8 + 2 * rng.next() : 60 + 20 * rng.next());

const frame = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;

/** A streamed answer with one token in each frame. */
function streamed(id: string, model: string, rng: Rng): RecordedExchange {
  const tokens = Math.max(1, Math.round(sample(LENGTH, rng)));
  let ms = sample(TTFT, rng);
  const chunks = Array.from({ length: tokens }, (_, i) => {
    if (i > 0) ms += gap(rng);
    return { ms, text: frame("word ") };
  });
  return exchange(id, {
    model,
    request: requestOf(model, id),
    reply: replyOf(200, [...chunks, { ms, text: `${frame("", "stop")}data: [DONE]\n\n` }]),
    end: { how: "complete", ms },
    usage: { input_tokens: 5, output_tokens: tokens },
  });
}

const requestOf = (model: string, prompt: string): RecordedExchange["request"] => ({
  method: "POST",
  path: "/v1/chat/completions",
  headers: [],
  body: { text: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: prompt }] }) },
});
const replyOf = (status: number, chunks: NonNullable<RecordedExchange["reply"]>["chunks"]) => ({
  status,
  status_text: "",
  headers: ["content-type", status === 200 ? "text/event-stream" : "application/json"],
  headers_ms: 1,
  chunks,
});

function fileWith(exchanges: readonly RecordedExchange[]): string {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-calibrate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "tape.jsonl");
  writeFileSync(path, cassetteText(exchanges));
  return path;
}

const CALLS = 400;
const recorded = (model: string) => {
  const rng = createRng("recorded").fork(model);
  return Array.from({ length: CALLS }, (_, i) => {
    const id = `${model}-${i}`;
    if (i % 20 !== 0) return streamed(id, model, rng);
    return exchange(id, {
      model,
      request: requestOf(model, id),
      reply: replyOf(503, []),
      end: { how: "complete", ms: 3 },
    });
  });
};

const quantiles = (values: readonly number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.1, 0.5, 0.9, 0.95].map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
};

/** What a client of the calibrated stub measures. */
async function measuredOn(profile: string, model: string) {
  const clock = createFakeClock();
  const stub = createStub({
    seed: 3,
    clock,
    dialects,
    counter: instantCounter,
    profile: parseStubProfile(profile, "fitted.yaml"),
  });
  const seen = { ttft: [] as number[], gaps: [] as number[], tokens: [] as number[], errors: 0 };
  for (let i = 0; i < CALLS; i++) {
    const startedMs = clock.nowMs();
    const asking = stub.upstream(
      chatRequest({
        model,
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: "user", content: `other ${i}` }],
      }),
      new AbortController().signal,
    );
    void asking.then(({ status }) => status === 200 && seen.ttft.push(clock.nowMs() - startedMs));
    await clock.advance(10_000);
    const reply = await asking;
    if (reply.status === 503) {
      seen.errors++;
      gather(reply, clock);
      continue;
    }
    const read = gather(reply, clock);
    for (let waited = 0; read.ended === undefined && waited < 60; waited++) await clock.advance(1_000);
    const spoken = read.chunks.filter(({ text }) => /"content":"[^"]/.test(text)).map(({ atMs }) => atMs);
    seen.tokens.push(spoken.length);
    for (let n = 1; n < spoken.length; n++) seen.gaps.push((spoken[n] ?? 0) - (spoken[n - 1] ?? 0));
  }
  return seen;
}

test("a stub with the fitted profile behaves as was recorded: first tokens, gaps, lengths and errors", async () => {
  const { profile, models } = await calibrate(fileWith([...recorded("fast"), ...recorded("slow")]));
  expect(models.map(({ model, calls, answers }) => ({ model, calls, answers }))).toEqual([
    { model: "fast", calls: CALLS, answers: CALLS * 0.95 },
    { model: "slow", calls: CALLS, answers: CALLS * 0.95 },
  ]);
  const seen = await measuredOn(profile, "fast");
  const rng = createRng("truth");
  const truth = Array.from({ length: 5_000 }, () => ({
    gap: gap(rng),
    tokens: sample(LENGTH, rng),
    ttft: sample(TTFT, rng),
  }));
  const near = (measured: number[], wanted: number[], tolerance: number) => {
    for (const [i, value] of quantiles(measured).entries()) {
      const want = quantiles(wanted)[i] ?? 0;
      expect(Math.abs(value - want), `${value} for ${want}`).toBeLessThanOrEqual(tolerance * want + 1);
    }
  };
  near(
    seen.ttft,
    truth.map(({ ttft }) => ttft),
    0.2,
  );
  near(
    seen.tokens,
    truth.map(({ tokens }) => tokens),
    0.2,
  );
  near(
    seen.gaps,
    truth.map(({ gap: ms }) => ms),
    0.15,
  );
  // 5 % of 400, four standard deviations on either side.
  expect(seen.errors).toBeGreaterThan(3);
  expect(seen.errors).toBeLessThan(38);
});

test("what was recorded stands beside what the stub will do, by number and by shape", async () => {
  const { lines, profile } = await calibrate(fileWith(recorded("fast")));
  const text = lines.join("\n");
  expect(text).toContain("fast: 400 calls, 380 whole answers");
  expect(text).toMatch(/first token +recorded( +[\d.]+ m?s){5}\n +\(lognormal\) +stub( +[\d.]+ m?s){5}/);
  expect(text).toMatch(/between tokens +recorded.*\n +\(empirical\) +stub/);
  expect(text).toMatch(/recorded {2}\|.*[▅▆▇█].*\|\n.*stub {6}\|.*[▅▆▇█].*\|/);
  expect(text).toContain("errors          overloaded 5 %");
  // The median of the recorded lengths is near the one they were drawn with.
  const median = Number(/output_tokens: \{ lognormal: \{ median: (\d+)/.exec(profile)?.[1]);
  expect(median).toBeGreaterThan(35);
  expect(median).toBeLessThan(45);
});

test("answers in one piece have no first token of their own; what the call was to blame for is told, not drawn", async () => {
  const whole = (id: string, ms: number) =>
    exchange(id, {
      model: "m",
      stream: false,
      reply: {
        ...replyOf(200, [
          { ms, text: JSON.stringify({ choices: [{ message: { content: "a" }, finish_reason: "stop" }] }) },
        ]),
        headers: ["content-type", "application/json"],
      },
      end: { how: "complete", ms },
    });
  const refused = exchange("r9", { model: "m", reply: replyOf(429, []) });
  const { profile, lines } = await calibrate(fileWith([whole("r1", 900), whole("r2", 900), refused]));
  expect(parseStubProfile(profile, "p").models["m"]).toMatchObject({
    ttft: { kind: "fixed", ms: 900 },
    interToken: { kind: "fixed", ms: 0 },
    errors: {},
  });
  expect(lines.join("\n")).toContain("not in the profile: status 429 (1 ×)");
  expect(lines.join("\n")).toContain("no stream was recorded");
});

test("a cassette without an answer is refused in words", async () => {
  const path = fileWith([exchange("r1", { reply: replyOf(500, []) })]);
  await expect(calibrate(path)).rejects.toThrow(UserError);
  await expect(calibrate(path)).rejects.toThrow(/holds no whole answer/);
});

test("a stream that told no usage is counted by its frames, unless they hold many tokens each", async () => {
  const texts = (id: string, content: string) =>
    exchange(id, {
      model: id,
      reply: replyOf(
        200,
        [10, 20, 30].map((ms) => ({ ms, text: frame(content) })),
      ),
    });
  const { profile } = await calibrate(fileWith([texts("words", "wonderful "), texts("packed", "word ".repeat(20))]));
  const { models } = parseStubProfile(profile, "p");
  expect(models["words"]).toMatchObject({ outputTokens: { ms: 3 }, interToken: { ms: 10 } });
  expect(models["packed"]).toMatchObject({ outputTokens: { ms: 75 }, interToken: { ms: 0.4 } });
});
