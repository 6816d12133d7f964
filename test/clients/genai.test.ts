import { describe, expect, it } from "vitest";
import { genAi } from "../../scripts/clients/node/genai.ts";
import { cellsOf } from "../support/clients.ts";

/** The most telling cells of docs/clients.md; what is expected stands here and is not read from there. */

const cell = cellsOf(genAi);

describe.concurrent("the official Gemini client", () => {
  it.each([
    ["429-1s", "ApiError", 429],
    ["quota", "ApiError", 429],
    ["500", "ApiError", 500],
    ["overloaded", "ApiError", 503],
    ["404", "ApiError", 404],
    ["reset", "TypeError", undefined],
    ["hang", "AbortError", undefined],
    ["body-stall", "AbortError", undefined],
    ["body-html", "SyntaxError", undefined],
  ])("%s: one request, then %s", async (trouble, type, status) => {
    const { thrown, ...seen } = await cell("generate", trouble);
    expect(seen).toMatchObject({ requests: 1, end: "threw", exercised: true });
    expect({ class: thrown?.class, status: thrown?.status }).toEqual({ class: type, status });
  });

  it.each([
    ["truncate", "accepted", "part", undefined],
    ["truncate-finish", "accepted", "whole", undefined],
    ["rst", "error", "part", "TypeError"],
    ["error-first", "error", "none", "ApiError"],
    ["error-after", "error", "part", "ApiError"],
    ["stall", "error", "part", "AbortError"],
    ["late-close", "hangs", "whole", undefined],
    ["empty", "accepted", "none", undefined],
    ["html", "error", "none", "Error"],
  ])("in a stream, %s: %s with %s of the text", async (trouble, kind, text, type) => {
    const { verdict, requests, thrown } = await cell("generate-stream", trouble);
    expect({ ...verdict, requests, type: thrown?.class }).toEqual({ kind, text, requests: 1, type });
  });
});
