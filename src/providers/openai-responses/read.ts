import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import type { Usage } from "../../core/limits.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf } from "../shared/json.ts";
import { readDataFrame } from "../shared/openai-frame.ts";
import { readError } from "../shared/openai-reply.ts";
import { contentText } from "../shared/openai-request.ts";

type Facet = "text" | "toolArguments" | "reasoning";

/** What the `delta` of an event is. The `.done` events repeat the whole, so only deltas are read; unknown ones mean nothing. */
const DELTAS: ReadonlyMap<string, Facet> = new Map([
  ["response.output_text.delta", "text"],
  ["response.refusal.delta", "text"],
  ["response.function_call_arguments.delta", "toolArguments"],
  ["response.custom_tool_call_input.delta", "toolArguments"],
  ["response.mcp_call_arguments.delta", "toolArguments"],
  ["response.code_interpreter_call_code.delta", "toolArguments"],
  ["response.reasoning_text.delta", "reasoning"],
  ["response.reasoning_summary_text.delta", "reasoning"],
]);

/** How a response can end. */
const ENDS: ReadonlySet<unknown> = new Set(["completed", "incomplete", "failed", "cancelled"]);

/** One event of a stream. What cannot be read means nothing; it never throws. */
export function readResponsesFrame(frame: StreamFrame): FrameMeaning {
  return readDataFrame(frame, meaningOf);
}

function meaningOf(event: JsonRecord): FrameMeaning {
  const type = textOf(event["type"]);
  const facet = DELTAS.get(type);
  if (facet !== undefined) {
    const delta = textOf(event["delta"]);
    return { ...NO_MEANING, [facet]: delta, tokens: estimateTokens(delta) };
  }
  if (type === "error") {
    // Documented flat; production sends it nested (zendev-sh/goai#88).
    const error = readError(isRecord(event["error"]) ? event["error"] : event);
    return error === undefined ? NO_MEANING : { ...NO_MEANING, error };
  }
  if (type === "response.output_item.added") return openingOf(event["item"]);
  if (isRecord(event["response"])) return endOf(event["response"]);
  // Not of this format: an error in OpenAI's usual envelope, as a gateway in between sends it.
  const error = readError(event["error"]);
  return error === undefined ? NO_MEANING : { ...NO_MEANING, error };
}

/** The name of a function is paid for; its arguments follow. */
function openingOf(item: unknown): FrameMeaning {
  const name = isRecord(item) ? textOf(item["name"]) : "";
  return name === "" ? NO_MEANING : { ...NO_MEANING, tokens: estimateTokens(name) };
}

/** The events that carry the response itself. Only the last one has an ended status, and it has everything else too. */
function endOf(response: JsonRecord): FrameMeaning {
  const meaning = { ...NO_MEANING };
  const { status } = response;
  if (typeof status === "string" && ENDS.has(status)) {
    meaning.finish = status;
    meaning.terminator = true;
  }
  return withUsageAndError(meaning, response);
}

function withUsageAndError(meaning: FrameMeaning, response: JsonRecord): FrameMeaning {
  const usage = usageOf(response["usage"]);
  if (usage !== undefined) meaning.usage = usage;
  const error = readError(response["error"]);
  if (error !== undefined) meaning.error = error;
  return meaning;
}

/** An unstreamed response, or an error under a 200. */
export function readResponsesWhole(body: Uint8Array): FrameMeaning {
  const response = parseRecord(body);
  if (response === undefined) return NO_MEANING;
  const meaning: FrameMeaning = { ...NO_MEANING };
  for (const item of recordsOf(response["output"])) addItem(meaning, item);
  const { status } = response;
  if (typeof status === "string" && ENDS.has(status)) meaning.finish = status;
  return withUsageAndError(meaning, response);
}

function addItem(meaning: FrameMeaning, item: JsonRecord): void {
  const said = contentText(item["content"]);
  const thought = contentText(item["summary"]);
  const call = textOf(item["arguments"]) || textOf(item["input"]);
  meaning.tokens += estimateTokens(said) + estimateTokens(thought) + estimateTokens(textOf(item["name"]) + call);
  if (item["type"] === "reasoning") meaning.reasoning += thought + said;
  else meaning.text += said;
  meaning.toolArguments += call;
}

function usageOf(value: unknown): Usage | undefined {
  if (!isRecord(value)) return undefined;
  const { input_tokens: inputTokens, output_tokens: outputTokens, input_tokens_details: details } = value;
  if (typeof inputTokens !== "number" || typeof outputTokens !== "number") return undefined;
  const cached = isRecord(details) ? details["cached_tokens"] : undefined;
  return { inputTokens, outputTokens, ...(typeof cached === "number" ? { cachedTokens: cached } : {}) };
}
