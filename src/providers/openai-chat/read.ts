import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import type { Usage } from "../../core/limits.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf } from "../shared/json.ts";
import { contentText } from "./recognise.ts";

const LF = 0x0a;
const COLON = 0x3a;

/** One chunk of a stream. What cannot be read means nothing; it never throws. */
export function readChatFrame(frame: StreamFrame): FrameMeaning {
  if (frame.data === undefined) return isComment(frame.bytes) ? { ...NO_MEANING, keepAlive: true } : NO_MEANING;
  // openai-node takes whatever starts so for the end.
  if (frame.data.startsWith("[DONE]")) return { ...NO_MEANING, terminator: true };
  const chunk = parseRecord(frame.data);
  return chunk === undefined ? NO_MEANING : meaningOf(chunk, "delta");
}

/** A CRLF that was cut before its LF leaves that in front of the next frame. */
function isComment(bytes: Uint8Array): boolean {
  return bytes[bytes[0] === LF ? 1 : 0] === COLON;
}

/** An unstreamed reply. */
export function readChatWhole(body: Uint8Array): FrameMeaning {
  const reply = parseRecord(body);
  return reply === undefined ? NO_MEANING : meaningOf(reply, "message");
}

function meaningOf(reply: JsonRecord, part: "delta" | "message"): FrameMeaning {
  const meaning: FrameMeaning = { text: "", toolArguments: "", reasoning: "", tokens: 0 };
  for (const choice of recordsOf(reply["choices"])) {
    addChoice(meaning, choice, part);
    if (typeof choice["finish_reason"] === "string") meaning.finish = choice["finish_reason"];
  }
  const usage = usageOf(reply["usage"]);
  if (usage !== undefined) meaning.usage = usage;
  const error = errorOf(reply["error"]);
  if (error !== undefined) meaning.error = error;
  return meaning;
}

/** Every choice is paid for, but only the first is text: several interleaved ones would be nobody's answer. */
function addChoice(meaning: FrameMeaning, choice: JsonRecord, part: "delta" | "message"): void {
  const said = isRecord(choice[part]) ? choice[part] : {};
  const text = contentText(said["content"]) + textOf(said["refusal"]);
  // Not OpenAI's own: compatible servers stream reasoning under either name.
  const reasoning = textOf(said["reasoning_content"]) || textOf(said["reasoning"]);
  const calls = recordsOf(said["tool_calls"]).map((call) => call["function"]);
  const functions = [...calls, said["function_call"]].filter(isRecord);
  const toolArguments = functions.map((call) => textOf(call["arguments"])).join("");
  const names = functions.map((call) => textOf(call["name"])).join("");
  meaning.tokens += estimateTokens(text) + estimateTokens(reasoning) + estimateTokens(names + toolArguments);
  if ((choice["index"] ?? 0) !== 0) return;
  meaning.text += text;
  meaning.reasoning += reasoning;
  meaning.toolArguments += toolArguments;
}

function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const { prompt_tokens: input, completion_tokens: output, prompt_tokens_details: details } = value;
  if (typeof input !== "number" || typeof output !== "number") return undefined;
  const cached = isRecord(details) ? details["cached_tokens"] : undefined;
  return { inputTokens: input, outputTokens: output, ...(typeof cached === "number" ? { cachedTokens: cached } : {}) };
}

function errorOf(value: unknown): FrameMeaning["error"] {
  if (typeof value === "string") return { code: undefined, type: undefined, message: value };
  if (!isRecord(value)) return undefined;
  return { code: wordOf(value["code"]), type: wordOf(value["type"]), message: textOf(value["message"]) };
}

/** Compatible servers send numbers for codes. */
function wordOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
