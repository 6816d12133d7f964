import { describe, expect, it } from "vitest";
import { anthropic } from "../../scripts/clients/node/anthropic.ts";
import { cellsOf } from "../support/clients.ts";

/** The most telling cells of docs/clients.md; what is expected stands here and is not read from there. */

const cell = cellsOf(anthropic);

/** The least backoff of this client: half a second less a quarter of chance. A timer may be a millisecond early. */
const LEAST_BACKOFF_MS = 370;

describe.concurrent("the official Anthropic client, before an answer", () => {
  it.each([
    ["429-silent", 3, "RateLimitError", 429, "rate_limit_error"],
    ["quota", 3, "EnforcedSpendLimitReachedError", 429, "rate_limit_error"],
    ["500", 3, "InternalServerError", 500, "api_error"],
    ["overloaded", 3, "OverloadedError", 529, "overloaded_error"],
    ["400", 1, "BadRequestError", 400, "invalid_request_error"],
    ["401", 1, "AuthenticationError", 401, "authentication_error"],
    ["413", 1, "ContentTooLargeError", 413, "request_too_large"],
    ["reset", 3, "APIConnectionError", undefined, undefined],
  ])("%s: %i requests, then %s", async (trouble, requests, type, status, code) => {
    const { thrown, ...seen } = await cell("messages", trouble);
    expect(seen).toMatchObject({ requests, end: "threw", exercised: true });
    expect({ class: thrown?.class, status: thrown?.status, code: thrown?.code }).toEqual({ class: type, status, code });
  });

  it("backs off by itself where Retry-After is 0", async () => {
    const { requests, gapsMs } = await cell("messages", "429-0");
    expect(requests).toBe(3);
    for (const ms of gapsMs) expect(ms).toBeGreaterThan(LEAST_BACKOFF_MS);
  });

  it("hangs on a body that stalls, whatever its time limit", async () => {
    expect(await cell("messages", "body-stall")).toMatchObject({ end: "hangs", requests: 1 });
  });
});

describe.concurrent("the official Anthropic client, inside a stream", () => {
  it.each([
    ["messages-create-stream", "truncate", "accepted", "part", undefined],
    ["messages-stream", "truncate", "error", "part", "AnthropicError"],
    ["messages-stream", "truncate-done", "error", "whole", "AnthropicError"],
    ["messages-create-stream", "fin", "error", "part", "TypeError"],
    ["messages-create-stream", "error-first", "error", "none", "APIError"],
    ["messages-create-stream", "error-after", "error", "part", "APIError"],
    ["messages-create-stream", "stall", "hangs", "part", undefined],
    ["messages-stream", "late-close", "hangs", "whole", undefined],
    ["messages-create-stream", "html", "accepted", "none", undefined],
  ])("%s, %s: %s with %s of the text", async (call, trouble, kind, text, type) => {
    const { verdict, requests, thrown } = await cell(call, trouble);
    expect({ ...verdict, requests, type: thrown?.class }).toEqual({ kind, text, requests: 1, type });
  });
});
