import { describe, expect, it } from "vitest";
import type { Fault, Injection } from "../../src/core/fault.ts";
import { badGateway } from "../../src/faults/bad_gateway.ts";
import { badKey } from "../../src/faults/bad_key.ts";
import { contentFilter } from "../../src/faults/content_filter.ts";
import { contextTooLong } from "../../src/faults/context_too_long.ts";
import { overloaded } from "../../src/faults/overloaded.ts";
import { quotaExceeded } from "../../src/faults/quota_exceeded.ts";
import { requestTooLarge } from "../../src/faults/request_too_large.ts";
import { serverError } from "../../src/faults/server_error.ts";
import { timeoutStatus } from "../../src/faults/timeout_status.ts";
import { unknownModel } from "../../src/faults/unknown_model.ts";
import { anthropicMessages } from "../../src/providers/anthropic-messages.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { sampleCall } from "../contract/samples.ts";
import { headersOf, textOf } from "../support/openai.ts";
import { plan } from "../support/playbook.ts";

type Answer = Extract<Injection, { do: "answer" }>;

function answered(...args: Parameters<typeof plan>): Answer {
  const [answer, ...more] = plan(...args);
  if (answer?.do !== "answer" || more.length > 0) throw new Error("not one answer");
  return answer;
}

const explained = (fault: Fault<never> | Fault, params: object) =>
  (fault as Fault).explain((fault as Fault).params.parse(params));
const at = (dialect: typeof gemini) => ({ dialect, call: sampleCall(dialect, true) });

it.each([
  ["quota_exceeded", quotaExceeded, 429, 429, 429],
  ["overloaded", overloaded, 503, 529, 503],
  ["server_error", serverError, 500, 500, 500],
  ["bad_gateway", badGateway, 502, 502, 502],
  ["timeout", timeoutStatus, 504, 504, 504],
  ["bad_key", badKey, 401, 401, 400],
  ["unknown_model", unknownModel, 404, 404, 404],
  ["context_too_long", contextTooLong, 400, 400, 400],
  ["content_filter", contentFilter, 400, 400, 200],
  ["request_too_large", requestTooLarge, 413, 413, 400],
] as [
  string,
  Fault<never>,
  number,
  number,
  number,
][])("%s has each provider's own status", (trouble, fault, openAi, anthropic, google) => {
  const status = (changes = {}) => answered(fault, {}, changes).reply.status;
  expect([status(), status(at(anthropicMessages)), status(at(gemini))]).toEqual([openAi, anthropic, google]);
  expect(answered(fault, {}).trouble).toBe(trouble);
  expect(explained(fault, {})).not.toMatch(/undefined/);
});

describe("a trouble of the server's", () => {
  it.each([overloaded, serverError, badGateway, timeoutStatus])("$name announces what Retry-After says", (fault) => {
    const { reply, announcedMs } = answered(fault, { retry_after: "2500ms" });
    expect(headersOf(reply.headers)["retry-after"]).toBe("3");
    expect(announcedMs).toBe(3_000);
    expect(answered(fault, {})).not.toHaveProperty("announcedMs");
    expect(fault.explain(fault.params.parse({ retry_after: "2500ms" }))).toContain("Retry-After of 2.5 s");
  });

  it("is a page where a gateway answers", () => {
    const { reply } = answered(badGateway, {});
    expect(headersOf(reply.headers)["content-type"]).toBe("text/html");
    expect(textOf(reply.body)).toContain("502 Bad Gateway");
  });
});

describe("quota_exceeded", () => {
  it("names the quota in the provider's word, and announces no wait", () => {
    const answer = answered(quotaExceeded, { kind: "insufficient_quota" });
    expect(JSON.parse(textOf(answer.reply.body)).error.code).toBe("insufficient_quota");
    expect(answer).not.toHaveProperty("announcedMs");
    expect(headersOf(answer.reply.headers)).not.toHaveProperty("retry-after");
  });
});
