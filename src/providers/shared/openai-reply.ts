import type { FrameMeaning, PlainReply } from "../../core/dialect.ts";
import type { Usage } from "../../core/limits.ts";
import { isRecord, type JsonRecord, recordsOf, textOf } from "./json.ts";

/** The platform's own bound; a body that asks for a billion choices must not fill the memory. */
const MOST_CHOICES = 128;

/** The indexes of the alternatives that were asked for. */
export function alternatives(choices: number): number[] {
  return Array.from({ length: Math.min(choices, MOST_CHOICES) }, (_, index) => index);
}

/** A reply or chunk that is a list of choices: their text, the finish, the usage and an error, whichever are there. */
export function readChoices(
  reply: JsonRecord,
  addChoice: (meaning: FrameMeaning, choice: JsonRecord) => void,
): FrameMeaning {
  const meaning: FrameMeaning = { text: "", toolArguments: "", reasoning: "", tokens: 0 };
  for (const choice of recordsOf(reply["choices"])) {
    addChoice(meaning, choice);
    if (typeof choice["finish_reason"] === "string") meaning.finish = choice["finish_reason"];
  }
  // Groq tells the usage of a stream in a place of its own.
  const own = isRecord(reply["x_groq"]) ? reply["x_groq"]["usage"] : undefined;
  const usage = readUsage(reply["usage"]) ?? readUsage(own);
  if (usage !== undefined) meaning.usage = usage;
  const error = readError(reply["error"]) ?? readFlatError(reply);
  if (error !== undefined) meaning.error = error;
  return meaning;
}

/** `completion_tokens` is missing where nothing is generated (embeddings). */
export function readUsage(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const { prompt_tokens: input, completion_tokens: output = 0, prompt_tokens_details: details } = value;
  if (typeof input !== "number" || typeof output !== "number") return undefined;
  const cached = isRecord(details) ? details["cached_tokens"] : undefined;
  return { inputTokens: input, outputTokens: output, ...(typeof cached === "number" ? { cachedTokens: cached } : {}) };
}

export function writeUsage({ usage }: PlainReply) {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
  };
}

export function readError(value: unknown): FrameMeaning["error"] {
  if (typeof value === "string") return { code: undefined, type: undefined, message: value };
  if (!isRecord(value)) return undefined;
  return { code: wordOf(value["code"]), type: wordOf(value["type"]), message: textOf(value["message"]) };
}

/** Some compatible servers (Mistral, older vLLM) send the error without an envelope. */
function readFlatError(reply: JsonRecord): FrameMeaning["error"] {
  return reply["object"] === "error" ? readError(reply) : undefined;
}

/** Compatible servers send numbers for codes. */
function wordOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
