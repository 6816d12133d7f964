import type { LlmCall, PlainReply } from "../../core/dialect.ts";
import { messagesEvents, wholeMessage } from "../shared/messages-write.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { converseEvents, converseReply } from "./write-converse.ts";

/** The body of an unstreamed reply, as the model that was asked would write it. */
export function invokeReply(reply: PlainReply, call: LlmCall): object {
  const text = reply.pieces.join("");
  const { inputTokens, outputTokens } = reply.usage;
  switch (shapeOf(call.body)) {
    case "messages":
      return wholeMessage(reply, call);
    case "nova":
      return converseReply(reply);
    case "titan":
      return {
        inputTextTokenCount: inputTokens,
        results: [{ tokenCount: outputTokens, outputText: text, completionReason: titanReason(reply) }],
      };
    case "other":
      return {
        generation: text,
        prompt_token_count: inputTokens,
        generation_token_count: outputTokens,
        stop_reason: otherReason(reply),
      };
  }
}

/** The parts of a stream; the last one carries what Bedrock adds for every model. */
export function invokeParts(reply: PlainReply, call: LlmCall): object[] {
  const parts = PARTS[shapeOf(call.body)](reply, call);
  return [...parts.slice(0, -1), { ...parts.at(-1), ...invocationMetrics(reply) }];
}

const PARTS: Record<Shape, (reply: PlainReply, call: LlmCall) => object[]> = {
  messages: (reply, call) => messagesEvents(reply, call).map(({ type, fields }) => ({ type, ...fields })),
  nova: (reply) => converseEvents(reply).map(({ type, payload }) => ({ [type]: payload })),
  titan: titanParts,
  other: otherParts,
};

function titanParts(reply: PlainReply): object[] {
  const { inputTokens, outputTokens } = reply.usage;
  return reply.pieces.map((outputText, index) => {
    const last = index === reply.pieces.length - 1;
    return {
      outputText,
      index,
      totalOutputTextTokenCount: last ? outputTokens : null,
      completionReason: last ? titanReason(reply) : null,
      inputTextTokenCount: index === 0 ? inputTokens : null,
    };
  });
}

/** In the shape of Llama's, for every model whose own this program does not know: a stub's client must be told to read that. */
function otherParts(reply: PlainReply): object[] {
  const { inputTokens, outputTokens } = reply.usage;
  const said = reply.pieces.map((generation, index) => ({
    generation,
    prompt_token_count: index === 0 ? inputTokens : null,
    generation_token_count: index + 1,
    stop_reason: null,
  }));
  const last = { prompt_token_count: null, generation_token_count: outputTokens, stop_reason: otherReason(reply) };
  return [...said, { generation: "", ...last }];
}

function titanReason({ finish }: PlainReply): string {
  return finish === "length" ? "LENGTH" : "FINISH";
}

function otherReason({ finish }: PlainReply): string {
  return finish === "length" ? "length" : "stop";
}

function invocationMetrics({ usage: { inputTokens, outputTokens, cachedTokens = 0 } }: PlainReply): object {
  return {
    "amazon-bedrock-invocationMetrics": {
      inputTokenCount: Math.max(0, inputTokens - cachedTokens),
      outputTokenCount: outputTokens,
      invocationLatency: 0,
      firstByteLatency: 0,
      ...(cachedTokens > 0 && { cacheReadInputTokenCount: cachedTokens, cacheWriteInputTokenCount: 0 }),
    },
  };
}
