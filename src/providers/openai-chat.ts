import type { Dialect, LlmCall, ReplyContext, Trouble } from "../core/dialect.ts";
import type { Charge } from "../core/limits.ts";
import { readChatFrame, readChatWhole } from "./openai-chat/read.ts";
import { concernsChat, recogniseChat } from "./openai-chat/recognise.ts";
import { writeChat } from "./openai-chat/write.ts";
import { openAiReply, openAiStreamError } from "./shared/openai-errors.ts";
import { countdownHeaders } from "./shared/openai-limits.ts";
import { readOpenAiRefusal } from "./shared/openai-read-refusal.ts";

/** OpenAI Chat Completions, as the platform and every compatible server speak it. */
export const openAiChat: Dialect = {
  id: "openai-chat",
  attention: ["finish_reason", "usage", "error"],
  concerns: concernsChat,
  recognise: recogniseChat,
  refuse: openAiReply,
  breakStream,
  read: readChatFrame,
  readWhole: readChatWhole,
  charge,
  limitHeaders: countdownHeaders,
  readRefusal: readOpenAiRefusal,
  write: writeChat,
};

/**
 * "Calculated as the maximum of max_tokens and the estimated number of tokens based on the character count of your request"
 * (OpenAI's rate-limits guide): not their sum. The guide does not multiply by `n`, so neither do we (unverified).
 */
function charge(call: LlmCall): Charge {
  const outputTokens = call.maxOutputTokens ?? 0;
  return {
    requests: 1,
    inputTokens: call.inputTokens,
    outputTokens,
    tokens: Math.max(1, outputTokens, call.inputTokens),
  };
}

/** The error and, as captured (sashabaranov/go-openai#396), the usual end after it. */
function breakStream(trouble: Trouble, call: LlmCall, context: ReplyContext): Uint8Array | undefined {
  const envelope = openAiStreamError(trouble, call, context);
  return envelope && new TextEncoder().encode(`data: ${JSON.stringify(envelope)}\n\ndata: [DONE]\n\n`);
}
