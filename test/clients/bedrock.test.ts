import { describe, expect, it } from "vitest";
import { bedrock } from "../../scripts/clients/node/bedrock.ts";
import { cellsOf } from "../support/clients.ts";

/** The most telling cells of the official Bedrock client. */

const cell = cellsOf(bedrock);

describe.concurrent("the official Bedrock client", () => {
  it.each([
    ["429-silent", "ThrottlingException", 3],
    ["quota", "ServiceQuotaExceededException", 1],
    ["500", "InternalServerException", 3],
    ["overloaded", "ServiceUnavailableException", 3],
    ["400", "ValidationException", 1],
    ["401", "AccessDeniedException", 1],
    ["reset", "TimeoutError", 3],
    ["hang", "TimeoutError", 3],
    ["body-html", "SyntaxError", 1],
  ])("%s: %s after %i requests", async (trouble, type, requests) => {
    const { thrown, ...seen } = await cell("converse", trouble);
    expect(seen).toMatchObject({ requests, end: "threw", exercised: true, unrecognised: 0 });
    expect(thrown?.class).toBe(type);
  });

  it("takes an error in a 200 for an answer", async () => {
    expect(await cell("converse", "body-error")).toMatchObject({ end: "returned", returned: { finish: undefined } });
  });

  it.each([
    ["truncate", "accepted", "part", undefined],
    ["truncate-finish", "accepted", "whole", undefined],
    ["rst", "error", "part", "Error"],
    ["error-after", "error", "part", "ServiceUnavailableException"],
    ["stall", "error", "part", "TimeoutError"],
    ["late-close", "hangs", "whole", undefined],
    ["empty", "accepted", "none", undefined],
  ])("in a stream, %s: %s with %s of the text", async (trouble, kind, text, type) => {
    const { verdict, requests, thrown } = await cell("converse-stream", trouble);
    expect({ ...verdict, requests, type: thrown?.class }).toEqual({ kind, text, requests: 1, type });
  });

  it("retries a stream that is throttled before it begins", async () => {
    expect(await cell("converse-stream", "stream-429")).toMatchObject({ requests: 3, end: "threw" });
  });
});
