import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { parseRecord } from "../shared/json.ts";
import { messagesEvent } from "./event.ts";

type Written = ReturnType<Dialect["write"]>;

const STOP_REASONS: Record<PlainReply["finish"], string> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
};

/** A reply in this shape. A stream is: message_start, each block opened, filled and closed (one ping in between), message_delta, message_stop. */
export function writeMessages(reply: PlainReply, call: LlmCall): Written {
  return call.stream
    ? { contentType: "text/event-stream; charset=utf-8", frames: streamed(reply, call) }
    : { contentType: "application/json", frames: [new TextEncoder().encode(JSON.stringify(whole(reply, call)))] };
}

function whole(reply: PlainReply, call: LlmCall) {
  const text = reply.pieces.join("");
  return {
    ...head(reply, call),
    content: [
      ...(text === "" ? [] : [{ type: "text", text }]),
      ...(reply.toolCall === undefined ? [] : [{ ...toolBlock(reply.toolCall), input: inputOf(reply.toolCall) }]),
    ],
    stop_reason: STOP_REASONS[reply.finish],
    stop_sequence: null,
    usage: { ...inputUsage(reply), output_tokens: reply.usage.outputTokens, service_tier: "standard" },
  };
}

function streamed(reply: PlainReply, call: LlmCall): Uint8Array[] {
  const message = {
    ...head(reply, call),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    // The real API too tells a first token or a few of the output here, not zero.
    usage: { ...inputUsage(reply), output_tokens: Math.min(1, reply.usage.outputTokens), service_tier: "standard" },
  };
  const [first, ...rest] = blocks(reply);
  return [
    messagesEvent("message_start", { message }),
    ...(first ?? []).slice(0, 1),
    messagesEvent("ping", {}),
    ...(first ?? []).slice(1),
    ...rest.flat(),
    messagesEvent("message_delta", {
      delta: { stop_reason: STOP_REASONS[reply.finish], stop_sequence: null },
      usage: { ...inputUsage(reply), output_tokens: reply.usage.outputTokens },
    }),
    messagesEvent("message_stop", {}),
  ];
}

/** The events of each content block. */
function blocks({ pieces, toolCall }: PlainReply): Uint8Array[][] {
  const opened: [block: object, deltas: object[]][] = [];
  if (pieces.length > 0) {
    opened.push([{ type: "text", text: "" }, pieces.map((text) => ({ type: "text_delta", text }))]);
  }
  if (toolCall !== undefined) {
    // The first delta of the arguments is an empty one, as captured streams have it.
    const parts = ["", ...toolCall.argumentPieces].map((json) => ({ type: "input_json_delta", partial_json: json }));
    opened.push([{ ...toolBlock(toolCall), input: {} }, parts]);
  }
  return opened.map(([block, deltas], index) => [
    messagesEvent("content_block_start", { index, content_block: block }),
    ...deltas.map((delta) => messagesEvent("content_block_delta", { index, delta })),
    messagesEvent("content_block_stop", { index }),
  ]);
}

type ToolCall = NonNullable<PlainReply["toolCall"]>;

function toolBlock({ id, name }: ToolCall) {
  return { type: "tool_use", id: `toolu_${id.replace(/^call_/, "")}`, name };
}

/** Arguments that were cut are no object; this API never sends them unstreamed. */
function inputOf({ argumentPieces }: ToolCall): object {
  return parseRecord(argumentPieces.join("")) ?? {};
}

function head(reply: PlainReply, call: LlmCall) {
  return { model: call.model, id: `msg_${reply.id}`, type: "message", role: "assistant" };
}

function inputUsage({ usage }: PlainReply) {
  const cached = usage.cachedTokens ?? 0;
  return {
    input_tokens: Math.max(0, usage.inputTokens - cached),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
  };
}
