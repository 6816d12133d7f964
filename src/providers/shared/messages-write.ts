import type { LlmCall, PlainReply } from "../../core/dialect.ts";
import { parseRecord } from "./json.ts";

/** One event before it is framed. */
export interface MessagesEvent {
  type: string;
  fields: object;
}

const STOP_REASONS: Record<PlainReply["finish"], string> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
};

/** The body of an unstreamed reply. */
export function wholeMessage(reply: PlainReply, call: LlmCall): object {
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

/** A stream: message_start, each block opened, filled and closed (one ping in between), message_delta, message_stop. */
export function messagesEvents(reply: PlainReply, call: LlmCall): MessagesEvent[] {
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
    event("message_start", { message }),
    ...(first ?? []).slice(0, 1),
    event("ping", {}),
    ...(first ?? []).slice(1),
    ...rest.flat(),
    event("message_delta", {
      delta: { stop_reason: STOP_REASONS[reply.finish], stop_sequence: null },
      usage: { ...inputUsage(reply), output_tokens: reply.usage.outputTokens },
    }),
    event("message_stop", {}),
  ];
}

/** The events of each content block. */
function blocks({ pieces, toolCall }: PlainReply): MessagesEvent[][] {
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
    event("content_block_start", { index, content_block: block }),
    ...deltas.map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
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

function event(type: string, fields: object): MessagesEvent {
  return { type, fields };
}
