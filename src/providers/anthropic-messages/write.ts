import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { messagesEvents, wholeMessage } from "../shared/messages-write.ts";
import { messagesEvent } from "./event.ts";

/** A reply in this shape: one body, or server-sent events. */
export function writeMessages(reply: PlainReply, call: LlmCall): ReturnType<Dialect["write"]> {
  if (!call.stream) {
    const body = new TextEncoder().encode(JSON.stringify(wholeMessage(reply, call)));
    return { contentType: "application/json", frames: [body] };
  }
  const frames = messagesEvents(reply, call).map(({ type, fields }) => messagesEvent(type, fields));
  return { contentType: "text/event-stream; charset=utf-8", frames };
}
