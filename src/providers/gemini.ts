import type { Dialect, LlmCall } from "../core/dialect.ts";
import type { Charge } from "../core/limits.ts";
import { createJsonArraySplitter } from "../sse/index.ts";
import { readGeminiFrame, readGeminiWhole } from "./gemini/read.ts";
import { readGeminiRefusal } from "./gemini/read-refusal.ts";
import { concernsGemini, recogniseGemini } from "./gemini/recognise.ts";
import { geminiReply, geminiStreamError } from "./gemini/refuse.ts";
import { writeGemini } from "./gemini/write.ts";

/** Google Gemini's generateContent, of AI Studio and of Vertex. */
export const gemini: Dialect = {
  id: "gemini",
  // A chunk carries many tokens, so each one with parts is read in full: a chunk that is only counted stands for one token.
  attention: ["parts", "finishReason", "usageMetadata", "blockReason", "error"],
  // Google was not seen to send any. Blank lines mean nothing between events, and nothing in a JSON array.
  keepAlive: new TextEncoder().encode("\r\n"),
  concerns: concernsGemini,
  recognise: recogniseGemini,
  refuse: geminiReply,
  breakStream: geminiStreamError,
  read: readGeminiFrame,
  splitter: (contentType, call, maxFrameBytes) =>
    call.framing === "json_array" && /^\s*application\/json\b/i.test(contentType)
      ? createJsonArraySplitter(maxFrameBytes)
      : undefined,
  readWhole: readGeminiWhole,
  charge,
  // "No rate-limit headers" is what its documentation and every captured reply say.
  limitHeaders: () => [],
  readRefusal: readGeminiRefusal,
  write: writeGemini,
};

/** Tokens per minute count the input alone (ai.google.dev/gemini-api/docs/rate-limits); output is not reserved. */
function charge({ inputTokens }: LlmCall): Charge {
  return { requests: 1, inputTokens, outputTokens: 0, tokens: Math.max(1, inputTokens) };
}
