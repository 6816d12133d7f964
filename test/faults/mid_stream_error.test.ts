import { describe, expect, it } from "vitest";
import { NO_MEANING } from "../../src/core/dialect.ts";
import { midStreamError } from "../../src/faults/mid_stream_error.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { openAiResponses } from "../../src/providers/openai-responses.ts";
import { sampleCall } from "../contract/samples.ts";
import { CONTEXT, chatCall, textOf } from "../support/openai.ts";
import { newStage, plan, playbook, startingPosition } from "../support/playbook.ts";

const OVERLOADED = textOf(
  openAiChat.breakStream({ kind: "overloaded", retryAfterMs: undefined }, chatCall({ stream: true }), CONTEXT) ??
    new Uint8Array(),
);

describe("mid_stream_error", () => {
  it("says the error in the provider's words after the frame that crosses, and nothing more", () => {
    const book = playbook(midStreamError, { after: { tokens: 2 } })
      .frame("a b")
      .sends("a b")
      .sends(OVERLOADED);
    book.applied().ends();
    book.frame("c").finish().done().sendsNothing();
    expect(OVERLOADED).toContain("[DONE]");
  });

  it("is not exercised when the finish comes first", () => {
    const book = playbook(midStreamError, {}).frame("a").sends("a").finish().sends("finish");
    book.done().sends("terminator").applied(0).ends();
  });

  it("leaves an unstreamed reply to a streamed call alone", () => {
    playbook(midStreamError, { after: { bytes: 1 } })
      .chunk('{"error"')
      .sends('{"error"')
      .chunk(":1}")
      .sends(":1}")
      .applied(0)
      .ends();
  });

  it("does not apply where nothing streams, or where the provider never says so in a stream", () => {
    expect(plan(midStreamError, {}, { call: chatCall() })).toEqual([]);
    expect(plan(midStreamError, { kind: "content_filter" })).toEqual([]);
    expect(midStreamError.params.safeParse({ kind: "bad_key" }).success).toBe(false);
  });

  it.each([
    ["flat", 'event: error\ndata: {"type":"error","code":"rate_limit_exceeded"'],
    ["nested", 'event: error\ndata: {"type":"error","error":{"type":"tokens"'],
    ["failed", "event: response.failed"],
  ])("has OpenAI's %s shape, numbered after the events that went out", (shape, start) => {
    const changes = { dialect: openAiResponses, call: sampleCall(openAiResponses, true) };
    const stage = newStage(midStreamError, { kind: "rate_limit", shape, after: { events: 3 } }, changes);
    const frame = { bytes: new Uint8Array(4), arrivedMs: 0, event: "x", data: "{}", whole: true };
    const steps = [0, 1, 2].flatMap((events) => stage.onFrame(frame, NO_MEANING, { ...startingPosition(), events }));
    const error = steps.flatMap((step) => (step.do === "send" ? [textOf(step.bytes)] : [])).at(-1);
    expect(error?.startsWith(start)).toBe(true);
    expect(error).toContain('"sequence_number":3');
  });

  it("explains itself", () => {
    expect(midStreamError.explain(midStreamError.params.parse({ kind: "rate_limit", shape: "flat" }))).toBe(
      "an error inside the stream after 20 tokens: rate_limit (flat)",
    );
  });
});
