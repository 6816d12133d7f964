import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import type { Usage } from "../../core/limits.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isComment } from "../shared/comment.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";
import { parseReply } from "./envelope.ts";

const OPEN_OBJECT = 0x7b;
/** The end of a stream that is one JSON array. */
const END_OF_ARRAY = "]";

/** One chunk of a stream, of either framing. What cannot be read means nothing; it never throws. */
export function readGeminiFrame(frame: StreamFrame): FrameMeaning {
  if (frame.data === undefined) return readBare(frame.bytes);
  if (frame.data === END_OF_ARRAY) return { ...NO_MEANING, terminator: true };
  const chunk = parseRecord(frame.data);
  return chunk === undefined ? NO_MEANING : meaningOf(chunk, "chunk");
}

/** An error may stand in the stream without any `data:` in front of it: @google/genai looks for that too. */
function readBare(bytes: Uint8Array): FrameMeaning {
  if (isComment(bytes)) return { ...NO_MEANING, keepAlive: true };
  const error = bytes[0] === OPEN_OBJECT ? errorOf(parseRecord(bytes)?.["error"]) : undefined;
  return error === undefined ? NO_MEANING : { ...NO_MEANING, error };
}

/** An unstreamed reply, or a whole array of chunks. */
export function readGeminiWhole(body: Uint8Array): FrameMeaning {
  const replies = parseReply(body);
  const [only] = replies;
  if (only === undefined) return NO_MEANING;
  if (replies.length === 1) return meaningOf(only, "whole");
  return replies.map((reply) => meaningOf(reply, "chunk")).reduce(joined);
}

function joined(before: FrameMeaning, next: FrameMeaning): FrameMeaning {
  return {
    ...before,
    ...next,
    text: before.text + next.text,
    toolArguments: before.toolArguments + next.toolArguments,
    reasoning: before.reasoning + next.reasoning,
    tokens: before.tokens + next.tokens,
  };
}

function meaningOf(reply: JsonRecord, form: "chunk" | "whole"): FrameMeaning {
  const meaning: FrameMeaning = { text: "", toolArguments: "", reasoning: "", tokens: 0 };
  const candidates = recordsOf(reply["candidates"]);
  for (const candidate of candidates) addCandidate(meaning, candidate);
  const feedback = reply["promptFeedback"];
  const blocked = isRecord(feedback) ? textOf(feedback["blockReason"]) : "";
  if (blocked !== "") meaning.finish = blocked;
  // Each chunk has a usage so far; the one that settles the answer comes with the finish (or alone behind it).
  const settles = form === "whole" || meaning.finish !== undefined || candidates.length === 0;
  const usage = settles ? usageOf(reply["usageMetadata"]) : undefined;
  if (usage !== undefined) meaning.usage = usage;
  const error = errorOf(reply["error"]);
  if (error !== undefined) meaning.error = error;
  return meaning;
}

/** Every candidate is paid for, but only the first is text: several interleaved ones would be nobody's answer. */
function addCandidate(meaning: FrameMeaning, candidate: JsonRecord): void {
  const finish = textOf(candidate["finishReason"]);
  if (finish !== "" && finish !== "FINISH_REASON_UNSPECIFIED") meaning.finish = finish;
  const first = (candidate["index"] ?? 0) === 0;
  const parts = isRecord(candidate["content"]) ? recordsOf(candidate["content"]["parts"]) : [];
  for (const part of parts) {
    const text = textOf(part["text"]);
    const { name, args } = callOf(part);
    meaning.tokens += estimateTokens(text) + estimateTokens(name + args);
    if (!first) continue;
    if (part["thought"] === true) meaning.reasoning += text;
    else meaning.text += text;
    meaning.toolArguments += args;
  }
}

/** Arguments come parsed and in one piece, or (where asked for) as `partialArgs`. Code for Google's own tool counts alike. */
function callOf(part: JsonRecord): { name: string; args: string } {
  const code = part["executableCode"];
  if (isRecord(code)) return { name: "", args: textOf(code["code"]) };
  const call = part["functionCall"];
  if (!isRecord(call)) return { name: "", args: "" };
  const args = call["args"] ?? call["partialArgs"];
  return { name: textOf(call["name"]), args: args === undefined || args === null ? "" : JSON.stringify(args) };
}

/** Thoughts are paid for as output, and counted beside the candidates; what a tool brought is input. */
function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const numberOf = (name: string) => wholeNumber(value[name]);
  const input = numberOf("promptTokenCount");
  if (input === undefined) return undefined;
  const cached = numberOf("cachedContentTokenCount");
  return {
    inputTokens: input + (numberOf("toolUsePromptTokenCount") ?? 0),
    outputTokens: (numberOf("candidatesTokenCount") ?? 0) + (numberOf("thoughtsTokenCount") ?? 0),
    ...(cached === undefined ? {} : { cachedTokens: cached }),
  };
}

function errorOf(value: unknown): FrameMeaning["error"] {
  if (!isRecord(value)) return undefined;
  const { code, status, message } = value;
  return {
    code: typeof code === "number" || typeof code === "string" ? String(code) : undefined,
    type: typeof status === "string" ? status : undefined,
    message: textOf(message),
  };
}
