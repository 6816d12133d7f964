import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { DONE, dataFrame, wholeBody } from "../shared/openai-frame.ts";
import { alternatives, writeUsage } from "../shared/openai-reply.ts";
import type { ChatHabits } from "../shared/wall.ts";

type Written = ReturnType<Dialect["write"]>;

/** A reply in this shape. A stream is: role, content or tool arguments, finish, usage where asked for, `[DONE]`. */
export function writeChat(reply: PlainReply, call: LlmCall, habits: ChatHabits = {}): Written {
  return call.stream
    ? { contentType: "text/event-stream; charset=utf-8", frames: streamed(reply, call, habits) }
    : { contentType: "application/json", frames: [wholeBody(whole(reply, call))] };
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
    choices: alternatives(call.choices).map((index) => ({
      index,
      message,
      logprobs: null,
      finish_reason: reply.finish,
    })),
    usage: writeUsage(reply),
  };
}

function streamed(reply: PlainReply, call: LlmCall, habits: ChatHabits): Uint8Array[] {
  const base = head("chat.completion.chunk", reply, call);
  const usage = writeUsage(reply);
  const asked = call.usageInStream && habits.usage === undefined;
  // With include_usage every chunk carries the field, and only the last one its value.
  const noUsage = asked ? { usage: null } : {};
  const indexes = alternatives(call.choices);
  const chunk = (index: number, delta: object, finish_reason: string | null) => ({
    ...base,
    choices: [{ index, delta, logprobs: null, finish_reason }],
    ...noUsage,
  });
  const spoken = deltas(reply).flatMap((delta) => indexes.map((index) => chunk(index, delta, null)));
  const ends = indexes.map((index) => ({
    ...chunk(index, {}, reply.finish),
    ...(habits.usage === "with_finish" && { usage }),
    ...habits.lastChunk?.(reply, usage),
  }));
  const [first, ...others] = spoken;
  const chunks = [{ ...first, ...habits.firstChunk?.(reply) }, ...others, ...ends];
  return [...chunks, ...(asked ? [{ ...base, choices: [], usage }] : [])].map(dataFrame).concat(DONE);
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
