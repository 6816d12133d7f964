import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { createRedactor, type RecordedExchange, recordedBytes } from "../../src/cassette/index.ts";
import { estimateTokens } from "../../src/core/tokens.ts";
import type { Upstream, UpstreamRequest } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import { createReplay } from "../../src/upstreams/index.ts";
import { startRecording } from "../support/recording.ts";
import { chatRequest, gather } from "../support/stub.ts";

const PATHS = [
  "$.messages[*].content",
  "$.choices[*].message.content",
  "$.choices[*].message.tool_calls[*].function.arguments",
];

/** A provider that says these pieces, one event and one chunk each. */
function saying(pieces: readonly object[], { end = "data: [DONE]\n\n" } = {}): Upstream {
  return async () => ({
    status: 200,
    statusText: "OK",
    headers: ["content-type", "text/event-stream"],
    body: {
      start(reader) {
        for (const delta of pieces)
          reader.data(Buffer.from(`data: ${JSON.stringify({ id: "x", choices: [{ index: 0, delta }] })}\n\n`));
        reader.data(Buffer.from(end));
        reader.end([]);
      },
      pause() {},
      resume() {},
    },
  });
}

function setUp(redactions: readonly string[] = PATHS) {
  const { file, clock, sink, of, scrubber, wrap, stopped } = startRecording(redactions);
  const call = async (upstream: Upstream, request: UpstreamRequest) => {
    const read = gather(await upstream(request, new AbortController().signal), clock);
    await clock.advance(10);
    return read.text;
  };
  const record = (pieces: readonly object[], request: UpstreamRequest, options: { end?: string } = {}) =>
    call(wrap(saying(pieces, options), dialects), request);
  return { file, clock, sink, of, scrubber, record, call, stopped };
}

const deltas = (text: string) => [...text.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece ?? "").join("");
const said = (exchange: RecordedExchange | undefined) =>
  (exchange?.reply?.chunks ?? []).map((chunk) => recordedBytes(chunk).toString()).join("");

describe("redaction", () => {
  it("replaces a text by another of about as many tokens, the same for the same, itself for itself", () => {
    const redactor = createRedactor(PATHS);
    const long = "Our customer in Oslo wants the contract cancelled before the end of the month, and her money back.";
    const one = redactor?.text(long) ?? "";
    expect(one).not.toMatch(/Oslo|customer/);
    expect(redactor?.text(long)).toBe(one);
    expect(redactor?.text(`${long}!`)).not.toBe(one);
    expect(redactor?.text(one)).toBe(one);
    expect(redactor?.text(`  ${long}\n`)).toBe(`  ${one}\n`);
    expect(Math.abs(estimateTokens(one) - estimateTokens(long))).toBeLessThan(8);
    // Whatever only looks like a placeholder is a text as any other.
    expect(redactor?.text("x01234567 our own secret words")).not.toMatch(/secret/);
    expect(redactor?.text('{"city":"Oslo","n":3}')).toMatch(/^\{"city":"x[0-9a-f]{8}","n":3\}$/);
  });

  it("keeps roles, types and numbers of what a path addresses", () => {
    const body = {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a secret" },
            { type: "image_url", n: 1 },
          ],
        },
      ],
    };
    const clean = JSON.parse(createRedactor(PATHS)?.json(JSON.stringify(body)) ?? "");
    expect(clean.messages[0].content[1]).toEqual({ type: "image_url", n: 1 });
    expect(clean.messages[0].content[0]).toEqual({ type: "text", text: expect.stringMatching(/^x[0-9a-f]{8}$/) });
  });

  it("takes prompts and streamed answers out, and replay still finds the next turn of the conversation", async () => {
    const { file, clock, sink, of, scrubber, record, call, stopped } = setUp();
    const answer = ["The sec", "ret of O", "slo is", " well kept, and will be for years."];
    const pieces = answer.map((content) => ({ content }));
    const question = { role: "user", content: "What is the secret of Oslo?" };
    const more = { role: "user", content: "Tell me more, please, about Oslo." };
    const ask = (messages: object[]) => ({ ...chatRequest({ stream: true, messages }), id: "c1" });
    const live = deltas(await record(pieces, ask([question])));
    expect(live).toBe(answer.join(""));
    await record(pieces, ask([question, { role: "assistant", content: live }, more]));
    const all = await stopped();
    expect(readFileSync(file, "utf8")).not.toMatch(/Oslo|slo|secret/);
    expect(all[0]?.reply?.chunks).toHaveLength(5);

    const replay = await createReplay({ path: file, clock, sink, scrubber, dialects, speed: Number.POSITIVE_INFINITY });
    onTestFinished(() => replay.close());
    const first = deltas(await call(replay.upstream, ask([question])));
    expect(first).not.toBe(live);
    await call(replay.upstream, ask([question, { role: "assistant", content: first }, more]));
    expect(of("replay_matched").map(({ recorded, by }) => [recorded, by])).toEqual([
      ["r1", "exact"],
      ["r2", "exact"],
    ]);
  });

  it("leaves a tool call's arguments readable", async () => {
    const { record, stopped } = setUp();
    const pieces = ['{"ci', 'ty":"Os', 'lo"}'].map((part) => ({
      tool_calls: [{ index: 0, function: { arguments: part } }],
    }));
    await record(pieces, chatRequest({ stream: true }));
    const [exchange] = await stopped();
    const events = said(exchange)
      .split("\n\n")
      .filter((line) => line.startsWith("data: {"));
    const parts = events.map((line) => JSON.parse(line.slice(6)).choices[0].delta.tool_calls[0].function.arguments);
    expect(JSON.parse(parts.join(""))).toEqual({ city: expect.stringMatching(/^x[0-9a-f]{8}/) });
  });

  it("leaves out an event that was cut off in the middle, and keeps what is whole without a blank line behind it", async () => {
    const { file, record, stopped } = setUp();
    const ask = chatRequest({ stream: true });
    await record([{ content: "All is well" }], ask, { end: 'data: {"choices":[{"delta":{"content":"but in Os' });
    await record([{ content: "All is well" }], ask, { end: "data: [DONE]" });
    await record([{ content: "All is well" }], ask, { end: 'data: {"choices":[{"delta":{"content":" in Oslo"}}]}' });
    const [cut, done, whole] = await stopped();
    expect(readFileSync(file, "utf8")).not.toMatch(/Os/);
    expect(cut?.reply?.chunks).toHaveLength(1);
    expect(said(done)).toMatch(/data: \[DONE\]$/);
    expect(whole?.reply?.chunks).toHaveLength(2);
  });

  it("masks a secret that the model says again, a piece of it in each event", async () => {
    const { file, record, scrubber, stopped } = setUp([]);
    scrubber.register("canary-of-this-test");
    const pieces = ["I know: can", "ary-of-", "this-te", "st, right?"].map((content) => ({ content }));
    await record(pieces, chatRequest({ stream: true, messages: [{ role: "user", content: "canary-of-this-test" }] }));
    const [exchange] = await stopped();
    expect(deltas(said(exchange))).toBe("I know: [secret], right?");
    expect(readFileSync(file, "utf8")).not.toMatch(/ary-of-/);
  });
});
