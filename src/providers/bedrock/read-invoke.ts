import { type FrameMeaning, NO_MEANING } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf, wholeNumber } from "../shared/json.ts";
import { readMessagesEvent, readMessagesWhole } from "../shared/messages-read.ts";
import { readConverseEvent, readConverseReply } from "./read-converse.ts";
import { usageOf } from "./usage.ts";

/** What Bedrock adds to the last part of every stream, whatever the model. */
const METRICS = "amazon-bedrock-invocationMetrics";

/** One part of InvokeModelWithResponseStream: the model's own event, in base64. */
export function readInvokePart(chunk: JsonRecord): FrameMeaning {
  const part = parseRecord(Buffer.from(textOf(chunk["bytes"]), "base64"));
  if (part === undefined) return NO_MEANING;
  const meaning = modelMeaning(part);
  const usage = usageOf(part[METRICS]);
  return usage === undefined ? meaning : { ...meaning, usage, terminator: true };
}

function modelMeaning(part: JsonRecord): FrameMeaning {
  if (typeof part["type"] === "string") return readMessagesEvent(part);
  const [name = "", data] = Object.entries(part).find(([key]) => key !== METRICS) ?? [];
  return isRecord(data) ? readConverseEvent(name, data) : plainMeaning(part);
}

/** An unstreamed reply of InvokeModel, read by its shape. */
export function readInvokeReply(reply: JsonRecord, body: Uint8Array): FrameMeaning {
  if (reply["type"] === "message") return readMessagesWhole(body);
  if (isRecord(reply["output"])) return readConverseReply(reply);
  return plainMeaning(reply);
}

/** Where the other models keep their text, finish and counts: at the top, in the first of a list, or one deeper. */
const LISTS = ["results", "outputs", "generations", "choices"];
const DEEPER = ["delta", "message"];
const TEXTS = ["outputText", "generation", "text", "content"];
const FINISHES = ["completionReason", "stop_reason", "finish_reason"];
const INPUT_COUNTS = ["inputTextTokenCount", "prompt_token_count"];
const OUTPUT_COUNTS = ["totalOutputTextTokenCount", "generation_token_count", "tokenCount"];

function plainMeaning(reply: JsonRecord): FrameMeaning {
  const [first] = LISTS.flatMap((name) => recordsOf(reply[name]));
  const deeper = DEEPER.map((name) => first?.[name]).find(isRecord);
  const all = { ...reply, ...first, ...deeper };
  const textIn = (names: readonly string[]) => names.map((name) => textOf(all[name])).find((one) => one !== "");
  const numberIn = (names: readonly string[]) =>
    names.map((name) => wholeNumber(all[name])).find((number) => number !== undefined);
  const text = textIn(TEXTS) ?? "";
  const finish = textIn(FINISHES);
  const inputTokens = numberIn(INPUT_COUNTS);
  const outputTokens = numberIn(OUTPUT_COUNTS);
  return {
    ...NO_MEANING,
    text,
    tokens: estimateTokens(text),
    ...(finish !== undefined && { finish }),
    ...(inputTokens !== undefined && outputTokens !== undefined && { usage: { inputTokens, outputTokens } }),
  };
}
