import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { EVENT_STREAM, eventMessage } from "./message.ts";
import { converseEvents, converseReply, STOP_REASONS } from "./write-converse.ts";
import { invokeParts, invokeReply } from "./write-invoke.ts";

type Written = ReturnType<Dialect["write"]>;

/** The stop reason of a reply that is not the model's but a guardrail's. */
export const GUARDRAIL = "guardrail_intervened";

export function writeConverse(reply: PlainReply, call: LlmCall, stopReason = STOP_REASONS[reply.finish]): Written {
  if (!call.stream) return whole(converseReply(reply, stopReason));
  return streamed(converseEvents(reply, stopReason).map(({ type, payload }) => eventMessage(type, payload)));
}

export function writeInvoke(reply: PlainReply, call: LlmCall): Written {
  if (!call.stream) return whole(invokeReply(reply, call));
  const base64 = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64");
  return streamed(invokeParts(reply, call).map((part) => eventMessage("chunk", { bytes: base64(part) })));
}

function whole(body: object): Written {
  return { contentType: "application/json", frames: [new TextEncoder().encode(JSON.stringify(body))] };
}

function streamed(frames: Uint8Array[]): Written {
  return { contentType: EVENT_STREAM, frames };
}
