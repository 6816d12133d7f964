import type { LlmCall, PlainReply } from "../../core/dialect.ts";

/** Where a response stands: `created` before anything was made. */
export type Stage = "in_progress" | "completed" | "incomplete" | "failed";

/** The ids of one response's parts. */
export function idsOf(reply: Pick<PlainReply, "id">): { response: string; message: string; call: string } {
  return { response: `resp_${reply.id}`, message: `msg_${reply.id}`, call: `fc_${reply.id}` };
}

/** How this reply ends. */
export function endOf(reply: PlainReply): "completed" | "incomplete" {
  return reply.finish === "length" ? "incomplete" : "completed";
}

/** The response object, which repeats what the request asked for. */
export function responseObject(call: LlmCall, head: { id: string; created: number }, more: object): object {
  const { body } = call;
  const asked = <T>(name: string, otherwise: T) => body[name] ?? otherwise;
  return {
    id: head.id,
    object: "response",
    created_at: head.created,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: asked("instructions", null),
    max_output_tokens: asked("max_output_tokens", null),
    max_tool_calls: asked("max_tool_calls", null),
    model: call.model,
    output: [],
    parallel_tool_calls: asked("parallel_tool_calls", true),
    previous_response_id: asked("previous_response_id", null),
    reasoning: asked("reasoning", { effort: null, summary: null }),
    service_tier: "default",
    store: asked("store", true),
    temperature: asked("temperature", 1),
    text: asked("text", { format: { type: "text" } }),
    tool_choice: asked("tool_choice", "auto"),
    tools: asked("tools", []),
    top_logprobs: asked("top_logprobs", 0),
    top_p: asked("top_p", 1),
    truncation: asked("truncation", "disabled"),
    usage: null,
    user: asked("user", null),
    metadata: asked("metadata", {}),
    ...more,
  };
}

/** What an ended response has more than a begun one. */
export function ending(reply: PlainReply): object {
  const { usage } = reply;
  const status = endOf(reply);
  return {
    status,
    ...(status === "completed" ? { completed_at: reply.created } : {}),
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    output: outputItems(reply),
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: { cached_tokens: usage.cachedTokens ?? 0 },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  };
}

/** The finished items, in order: a message where there is text (or nothing else), then the call of a function. */
export function outputItems(reply: PlainReply): object[] {
  const status = endOf(reply);
  const items: object[] = [];
  if (saysSomething(reply)) items.push(messageItem(reply, status, [textPart(reply.pieces.join(""))]));
  if (reply.toolCall) items.push(callItem(reply, status, reply.toolCall.argumentPieces.join("")));
  return items;
}

export function saysSomething({ pieces, toolCall }: PlainReply): boolean {
  return toolCall === undefined || pieces.length > 0;
}

export function messageItem(reply: PlainReply, status: string, content: readonly object[]): object {
  return { id: idsOf(reply).message, type: "message", status, content, role: "assistant" };
}

export function callItem(reply: PlainReply, status: string, args: string): object {
  const { toolCall } = reply;
  return {
    id: idsOf(reply).call,
    type: "function_call",
    status,
    arguments: args,
    call_id: toolCall?.id,
    name: toolCall?.name,
  };
}

export function textPart(text: string): object {
  return { type: "output_text", annotations: [], logprobs: [], text };
}
