import type { Dialect, LlmCall } from "../core/dialect.ts";
import type { Charge } from "../core/limits.ts";
import { messagesEvent } from "./anthropic-messages/event.ts";
import { countdownHeaders } from "./anthropic-messages/limits.ts";
import { readMessagesRefusal } from "./anthropic-messages/read-refusal.ts";
import { concernsMessages, recogniseMessages } from "./anthropic-messages/recognise.ts";
import { breakMessages, messagesReply } from "./anthropic-messages/refuse.ts";
import { writeMessages } from "./anthropic-messages/write.ts";
import { readMessagesFrame, readMessagesWhole } from "./shared/messages-read.ts";

/** Anthropic Messages, as its platform and the servers that copy it speak it. */
export const anthropicMessages: Dialect = {
  id: "anthropic-messages",
  attention: ["stop_reason", "usage", "error"],
  keepAlive: messagesEvent("ping", {}),
  concerns: concernsMessages,
  recognise: recogniseMessages,
  refuse: messagesReply,
  breakStream: breakMessages,
  read: readMessagesFrame,
  readWhole: readMessagesWhole,
  charge,
  limitHeaders: countdownHeaders,
  readRefusal: readMessagesRefusal,
  write: writeMessages,
};

/**
 * Input is estimated when the call comes in; output costs nothing until it is there: "max_tokens does not factor into OTPM"
 * (Anthropic's rate-limits page, 2026). It is handed on for limits that follow the page's older rule, which reserved it.
 */
function charge({ inputTokens, maxOutputTokens }: LlmCall): Charge {
  return {
    requests: 1,
    inputTokens,
    outputTokens: 0,
    tokens: Math.max(1, inputTokens),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  };
}
