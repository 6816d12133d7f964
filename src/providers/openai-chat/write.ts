import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";

type Written = ReturnType<Dialect["write"]>;

/** The platform's own bound; a body that asks for a billion choices must not fill the memory. */
const MOST_CHOICES = 128;

const encoder = new TextEncoder();

/** A reply in this shape. A stream is: role, content or tool arguments, finish, usage where asked for, `[DONE]`. */
export function writeChat(reply: PlainReply, call: LlmCall): Written {
  return call.stream
    ? { contentType: "text/event-stream; charset=utf-8", frames: streamed(reply, call) }
    : { contentType: "application/json", frames: [encoder.encode(JSON.stringify(whole(reply, call), null, 2))] };
}

function whole(reply: PlainReply, call: LlmCall) {
  const text = reply.pieces.join("");
  const message = {
    role: "assistant",
    content: reply.toolCall !== undefined && text === "" ? null : text,
    refusal: null,
    ...(reply.toolCall && {
      tool_calls: [
        {
          id: reply.toolCall.id,
          type: "function",
          function: { name: reply.toolCall.name, arguments: reply.toolCall.argumentPieces.join("") },
        },
      ],
    }),
  };
  return {
    ...head("chat.completion", reply, call),
    choices: alternatives(call).map((index) => ({ index, message, logprobs: null, finish_reason: reply.finish })),
    usage: usageOf(reply),
  };
}

function streamed(reply: PlainReply, call: LlmCall): Uint8Array[] {
  const base = head("chat.completion.chunk", reply, call);
  // With include_usage every chunk carries the field, and only the last one its value.
  const noUsage = call.usageInStream ? { usage: null } : {};
  const frames: Uint8Array[] = [];
  for (const delta of [...deltas(reply), undefined]) {
    for (const index of alternatives(call)) {
      const choice = { index, delta: delta ?? {}, logprobs: null, finish_reason: delta ? null : reply.finish };
      frames.push(event({ ...base, choices: [choice], ...noUsage }));
    }
  }
  if (call.usageInStream) frames.push(event({ ...base, choices: [], usage: usageOf(reply) }));
  frames.push(encoder.encode("data: [DONE]\n\n"));
  return frames;
}

function deltas(reply: PlainReply): object[] {
  const { toolCall } = reply;
  const role = { role: "assistant", content: toolCall && reply.pieces.length === 0 ? null : "", refusal: null };
  const content = reply.pieces.map((piece) => ({ content: piece }));
  if (toolCall === undefined) return [role, ...content];
  const opening = { index: 0, id: toolCall.id, type: "function", function: { name: toolCall.name, arguments: "" } };
  const args = toolCall.argumentPieces.map((piece) => ({ index: 0, function: { arguments: piece } }));
  return [role, ...content, ...[opening, ...args].map((part) => ({ tool_calls: [part] }))];
}

function head(object: string, reply: PlainReply, call: LlmCall) {
  return {
    id: `chatcmpl-${reply.id}`,
    object,
    created: reply.created,
    model: call.model,
    service_tier: "default",
    // Never taken for the real platform's.
    system_fingerprint: "fp_llm_chaos",
  };
}

function alternatives(call: LlmCall): number[] {
  return Array.from({ length: Math.min(call.choices, MOST_CHOICES) }, (_, index) => index);
}

function usageOf({ usage }: PlainReply) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

function event(value: unknown): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(value)}\n\n`);
}
