import type { Dialect, LlmCall, PlainReply, ReplyContext } from "../../core/dialect.ts";
import type { Usage } from "../../core/limits.ts";
import { parseRecord } from "../shared/json.ts";
import type { GoogleError } from "./envelope.ts";

type Written = ReturnType<Dialect["write"]>;

/** Google's own bound; a body that asks for a billion candidates must not fill the memory. */
const MOST_CANDIDATES = 8;
const JSON_TYPE = "application/json; charset=UTF-8";

const encoder = new TextEncoder();

/** A reply in this shape: whole, an event per chunk, or one array of the chunks. */
export function writeGemini(reply: PlainReply, call: LlmCall): Written {
  return framed(call.stream ? chunksOf(reply, call) : [whole(reply, call)], call);
}

/** A prompt that the safety settings keep out: no candidates, and the tokens of the prompt (vercel/ai#4235). */
export function writeBlocked(call: LlmCall, context: ReplyContext): Written {
  const inputTokens = Math.max(1, call.inputTokens);
  const reply = {
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: inputTokens, totalTokenCount: inputTokens, ...promptDetails(inputTokens) },
    modelVersion: call.model,
    responseId: context.requestId,
  };
  return framed([reply], call);
}

/** An error after `events` chunks (unknown: after some). It ends the array it stands in. */
export function writeError(error: GoogleError, call: LlmCall, events = 1): Uint8Array {
  if (call.framing !== "json_array") return event({ error });
  return encoder.encode(`${events === 0 ? "[" : SEPARATOR}${JSON.stringify({ error }, null, 2)}${END_OF_ARRAY}`);
}

const SEPARATOR = "\n,\r\n";
const END_OF_ARRAY = "\n]\n";

function framed(replies: readonly object[], call: LlmCall): Written {
  if (call.stream && call.framing !== "json_array") {
    return { contentType: "text/event-stream", frames: replies.map(event) };
  }
  const texts = replies.map((reply) => JSON.stringify(reply, null, 2));
  if (!call.stream) return { contentType: JSON_TYPE, frames: texts.map((text) => encoder.encode(`${text}\n`)) };
  const elements = texts.map((text, index) => `${index === 0 ? "[" : SEPARATOR}${text}`);
  return { contentType: JSON_TYPE, frames: [...elements, END_OF_ARRAY].map((text) => encoder.encode(text)) };
}

function event(value: unknown): Uint8Array {
  return encoder.encode(`data: ${JSON.stringify(value)}\r\n\r\n`);
}

function whole(reply: PlainReply, call: LlmCall): object {
  const text = reply.pieces.join("");
  const { part, malformed } = functionCall(reply);
  const parts = [...(text === "" && part ? [] : [{ text }]), ...(part ? [part] : [])];
  return chunk({ parts, finish: finishOf(reply, malformed), usage: usageOf(reply.usage) }, reply, call);
}

/** Chunks with text, then the function call in one piece, then an empty one with the finish and the final usage. */
function chunksOf(reply: PlainReply, call: LlmCall): object[] {
  const { part, malformed } = functionCall(reply);
  const { inputTokens } = reply.usage;
  const usage = { promptTokenCount: inputTokens, totalTokenCount: inputTokens, ...promptDetails(inputTokens) };
  const said = [...reply.pieces.map((text) => ({ text })), ...(part ? [part] : [])];
  return [
    ...said.map((one) => chunk({ parts: [one], usage }, reply, call)),
    chunk({ parts: [{ text: "" }], finish: finishOf(reply, malformed), usage: usageOf(reply.usage) }, reply, call),
  ];
}

function chunk(said: { parts: object[]; finish?: string; usage: object }, reply: PlainReply, call: LlmCall): object {
  const { parts, finish, usage } = said;
  const candidate = { content: { parts, role: "model" }, ...(finish !== undefined && { finishReason: finish }) };
  return {
    candidates: Array.from({ length: Math.min(call.choices, MOST_CANDIDATES) }, (_, index) => ({
      ...candidate,
      index,
    })),
    usageMetadata: usage,
    modelVersion: call.model,
    responseId: reply.id,
  };
}

/** Arguments are an object on this wire: what was cut off inside of them is no call at all. */
function functionCall({ toolCall }: PlainReply): { part?: object; malformed: boolean } {
  if (toolCall === undefined) return { malformed: false };
  const args = parseRecord(toolCall.argumentPieces.join(""));
  if (args === undefined) return { malformed: true };
  return { part: { functionCall: { id: toolCall.id, name: toolCall.name, args } }, malformed: false };
}

/** A function call ends like any other answer. */
function finishOf({ finish }: PlainReply, malformed: boolean): string {
  if (finish === "length") return "MAX_TOKENS";
  return malformed ? "MALFORMED_FUNCTION_CALL" : "STOP";
}

function usageOf({ inputTokens, outputTokens, cachedTokens }: Usage): object {
  return {
    promptTokenCount: inputTokens,
    candidatesTokenCount: outputTokens,
    totalTokenCount: inputTokens + outputTokens,
    ...(cachedTokens !== undefined && cachedTokens > 0 && { cachedContentTokenCount: cachedTokens }),
    ...promptDetails(inputTokens),
  };
}

function promptDetails(tokenCount: number) {
  return { promptTokensDetails: [{ modality: "TEXT", tokenCount }] };
}
