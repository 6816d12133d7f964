import type { PlainReply } from "../../core/dialect.ts";
import { parseRecord } from "../shared/json.ts";

/** One event of a stream before it is framed. */
export interface ConverseEvent {
  type: string;
  payload: object;
}

export const STOP_REASONS: Record<PlainReply["finish"], string> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
};

/** The body of an unstreamed reply. */
export function converseReply(reply: PlainReply, stopReason = STOP_REASONS[reply.finish]): object {
  const text = reply.pieces.join("");
  const { toolCall } = reply;
  const input = toolCall && (parseRecord(toolCall.argumentPieces.join("")) ?? {});
  const content = [
    ...(text === "" && toolCall ? [] : [{ text }]),
    ...(toolCall ? [{ toolUse: { toolUseId: toolUseId(toolCall), name: toolCall.name, input } }] : []),
  ];
  return {
    output: { message: { role: "assistant", content } },
    stopReason,
    usage: usageOf(reply),
    metrics: METRICS,
  };
}

/** messageStart, each block filled and closed (only a tool's is opened), messageStop, metadata. */
export function converseEvents(reply: PlainReply, stopReason = STOP_REASONS[reply.finish]): ConverseEvent[] {
  const { pieces, toolCall } = reply;
  const events: ConverseEvent[] = [{ type: "messageStart", payload: { role: "assistant" } }];
  let contentBlockIndex = 0;
  const delta = (piece: object) =>
    events.push({ type: "contentBlockDelta", payload: { contentBlockIndex, delta: piece } });
  const stop = () => events.push({ type: "contentBlockStop", payload: { contentBlockIndex: contentBlockIndex++ } });
  if (pieces.length > 0) {
    for (const text of pieces) delta({ text });
    stop();
  }
  if (toolCall !== undefined) {
    const start = { toolUse: { toolUseId: toolUseId(toolCall), name: toolCall.name } };
    events.push({ type: "contentBlockStart", payload: { contentBlockIndex, start } });
    for (const input of toolCall.argumentPieces) delta({ toolUse: { input } });
    stop();
  }
  events.push({ type: "messageStop", payload: { stopReason } });
  events.push({ type: "metadata", payload: { usage: usageOf(reply), metrics: METRICS } });
  return events;
}

/** The time a call took belongs to whoever paces it; a made-up reply was no work. */
const METRICS = { latencyMs: 0 };

function toolUseId({ id }: NonNullable<PlainReply["toolCall"]>): string {
  return `tooluse_${id.replace(/^call_/, "")}`;
}

function usageOf({ usage: { inputTokens, outputTokens, cachedTokens = 0 } }: PlainReply): object {
  return {
    inputTokens: Math.max(0, inputTokens - cachedTokens),
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    ...(cachedTokens > 0 && { cacheReadInputTokens: cachedTokens, cacheWriteInputTokens: 0 }),
  };
}
