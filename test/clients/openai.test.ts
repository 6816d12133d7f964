import { describe, expect, it } from "vitest";
import { openAi7 } from "../../scripts/clients/node/openai.ts";
import { cellsOf } from "../support/clients.ts";

/** The most telling cells of docs/clients.md; what is expected stands here and is not read from there. */

const cell = cellsOf(openAi7);

/** The least backoff of this client: half a second less a quarter of chance. */
const LEAST_BACKOFF_MS = 375;

describe.concurrent("the official openai client, before an answer", () => {
  it.each([
    ["429-silent", 3, "RateLimitError", 429, "rate_limit_exceeded"],
    ["429-90s", 3, "RateLimitError", 429, "rate_limit_exceeded"],
    ["429-no-retry", 1, "RateLimitError", 429, "rate_limit_exceeded"],
    ["quota", 3, "RateLimitError", 429, "credit_balance_exhausted"],
    ["500", 3, "InternalServerError", 500, "server_error"],
    ["502", 3, "InternalServerError", 502, undefined],
    ["overloaded", 3, "InternalServerError", 503, "server_is_overloaded"],
    ["400", 1, "BadRequestError", 400, "context_length_exceeded"],
    ["401", 1, "AuthenticationError", 401, "invalid_api_key"],
    ["404", 1, "NotFoundError", 404, "model_not_found"],
    ["reset", 3, "APIConnectionError", undefined, undefined],
    ["hang", 3, "APIConnectionTimeoutError", undefined, undefined],
    ["body-fin", 1, "TypeError", undefined, undefined],
  ])("%s: %i requests, then %s", async (trouble, requests, type, status, code) => {
    const { thrown, ...seen } = await cell("chat", trouble);
    expect(seen).toMatchObject({ requests, end: "threw", exercised: true });
    expect({ class: thrown?.class, status: thrown?.status, code: thrown?.code }).toEqual({ class: type, status, code });
  });

  it("waits as told for one second, and no shorter", async () => {
    const { requests, gapsMs } = await cell("chat", "429-1s");
    expect(requests).toBe(3);
    for (const ms of gapsMs) expect(ms).toBeGreaterThan(990);
  });

  it("takes a Retry-After of 0 at its word, without a backoff", async () => {
    const { requests, gapsMs } = await cell("chat", "429-0");
    expect(requests).toBe(3);
    expect(Math.min(...gapsMs)).toBeLessThan(LEAST_BACKOFF_MS);
  });

  it("returns a gateway's page as if it were a completion", async () => {
    const { returned, verdict } = await cell("chat", "body-html");
    expect(verdict.kind).toBe("accepted");
    expect(returned?.oddity).toBe("the body as a string");
  });
});

describe.concurrent("the official openai client, inside a stream", () => {
  it.each([
    ["chat-create-stream", "truncate", "accepted", "part", undefined],
    ["chat-stream", "truncate", "error", "part", "OpenAIError"],
    ["responses-create-stream", "truncate", "accepted", "part", undefined],
    ["chat-create-stream", "truncate-done", "served", "whole", undefined],
    ["chat-create-stream", "fin", "error", "part", "TypeError"],
    ["chat-create-stream", "rst", "error", "part", "TypeError"],
    ["chat-create-stream", "error-first", "error", "none", "APIError"],
    ["chat-create-stream", "error-after", "error", "part", "APIError"],
    ["responses-create-stream", "error-nested-after", "error", "part", "APIError"],
    ["responses-create-stream", "error-flat-after", "error", "part", "APIError"],
    ["responses-create-stream", "error-failed-after", "accepted", "part", undefined],
    ["chat-create-stream", "stall", "hangs", "part", undefined],
    ["chat-create-stream", "late-close", "served", "whole", undefined],
    ["responses-create-stream", "late-close", "hangs", "whole", undefined],
    ["chat-create-stream", "empty", "accepted", "none", undefined],
    ["chat-create-stream", "html", "accepted", "none", undefined],
    ["chat-create-stream", "json", "accepted", "none", undefined],
  ])("%s, %s: %s with %s of the text", async (call, trouble, kind, text, type) => {
    const { verdict, requests, thrown } = await cell(call, trouble);
    expect({ ...verdict, requests, type: thrown?.class }).toEqual({ kind, text, requests: 1, type });
  });
});
