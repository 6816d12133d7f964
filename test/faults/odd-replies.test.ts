import { expect, it } from "vitest";
import { emptyReply } from "../../src/faults/empty_reply.ts";
import { hang } from "../../src/faults/hang.ts";
import { htmlReply } from "../../src/faults/html_reply.ts";
import { jsonForStream } from "../../src/faults/json_for_stream.ts";
import { reset } from "../../src/faults/reset.ts";
import { openAiChat } from "../../src/providers/openai-chat.ts";
import { chatCall, headersOf, textOf } from "../support/openai.ts";
import { plan } from "../support/playbook.ts";

const unstreamed = { call: chatCall() };

function reply(...args: Parameters<typeof plan>) {
  const [answer] = plan(...args);
  if (answer?.do !== "answer") throw new Error("no answer");
  expect(answer.trouble).toBeUndefined();
  const { status, headers, body } = answer.reply;
  return { status, headers: headersOf(headers), body };
}

it("empty_reply is a 200 of the expected type without a byte", () => {
  const streamed = reply(emptyReply, {});
  expect([streamed.status, streamed.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(reply(emptyReply, {}).headers).not.toHaveProperty("content-length");
  expect(reply(emptyReply, {}, unstreamed).headers).toEqual({
    "content-type": "application/json",
    "content-length": "0",
  });
  expect(reply(emptyReply, {}).body).toHaveLength(0);
});

it("html_reply is a 200 with a page of somebody else", () => {
  const { status, headers, body } = reply(htmlReply, {});
  expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(headers["content-length"]).toBe(String(body.byteLength));
  expect(textOf(body)).toMatch(/^<!DOCTYPE html>/);
});

it("json_for_stream is a whole answer, or an error, under a 200", () => {
  const answer = reply(jsonForStream, {});
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json"]);
  expect(openAiChat.readWhole(answer.body)).toMatchObject({ text: "This answer came in one piece.", finish: "stop" });
  const error = reply(jsonForStream, { body: "error" });
  expect(error.status).toBe(200);
  expect(JSON.parse(textOf(error.body)).error.type).toBe("server_error");
});

it("json_for_stream does not apply where JSON was asked for", () => {
  expect(plan(jsonForStream, {}, unstreamed)).toEqual([]);
});

it("hang holds for ever, or for its time", () => {
  expect(plan(hang, {})).toEqual([{ do: "hang" }]);
  expect(plan(hang, { lasts: "90s" })).toEqual([{ do: "hang", ms: 90_000 }]);
  expect(hang.explain(hang.params.parse({ lasts: "90s" }))).toContain("closed after 1 min 30 s");
});

it("reset resets", () => {
  expect(plan(reset, {})).toEqual([{ do: "reset" }]);
});
