import { type FrameMeaning, NO_MEANING } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, recordsOf, textOf } from "../shared/json.ts";
import { usageOf } from "./usage.ts";

/** One event of ConverseStream; those of a Nova model inside InvokeModel have the same names. New ones mean nothing here. */
export function readConverseEvent(event: string, data: JsonRecord): FrameMeaning {
  switch (event) {
    case "contentBlockStart":
      return isRecord(data["start"]) ? blockMeaning(data["start"]) : NO_MEANING;
    case "contentBlockDelta":
      return isRecord(data["delta"]) ? blockMeaning(data["delta"]) : NO_MEANING;
    case "messageStop":
      return withFinish({ ...NO_MEANING }, data);
    case "metadata":
      // Always the last one, and the only one with the usage.
      return { ...withUsage({ ...NO_MEANING }, data), terminator: true };
    default:
      return NO_MEANING;
  }
}

/** An unstreamed reply of Converse, or of a Nova model. */
export function readConverseReply(reply: JsonRecord): FrameMeaning {
  const output = isRecord(reply["output"]) ? reply["output"] : {};
  const message = isRecord(output["message"]) ? output["message"] : {};
  const meanings = recordsOf(message["content"]).map(blockMeaning);
  const joined = (part: "text" | "toolArguments" | "reasoning") => meanings.map((one) => one[part]).join("");
  const meaning: FrameMeaning = {
    text: joined("text"),
    toolArguments: joined("toolArguments"),
    reasoning: joined("reasoning"),
    tokens: meanings.reduce((sum, { tokens }) => sum + tokens, 0),
  };
  return withFinish(withUsage(meaning, reply), reply);
}

/** A block, or a piece of one: text, a tool's name or arguments (text in a stream, an object when whole), reasoning. */
function blockMeaning(block: JsonRecord): FrameMeaning {
  const text = textOf(block["text"]);
  const use = isRecord(block["toolUse"]) ? block["toolUse"] : {};
  const { input } = use;
  const toolArguments = isRecord(input) ? JSON.stringify(input) : textOf(input);
  const reasoning = reasoningOf(block["reasoningContent"]);
  const tool = textOf(use["name"]) + toolArguments;
  return {
    text,
    toolArguments,
    reasoning,
    tokens: estimateTokens(text) + estimateTokens(tool) + estimateTokens(reasoning),
  };
}

/** Signatures and redacted reasoning are no text. */
function reasoningOf(content: unknown): string {
  if (!isRecord(content)) return "";
  const whole = content["reasoningText"];
  return textOf(content["text"]) || (isRecord(whole) ? textOf(whole["text"]) : "");
}

function withFinish(meaning: FrameMeaning, { stopReason }: JsonRecord): FrameMeaning {
  if (typeof stopReason === "string") meaning.finish = stopReason;
  return meaning;
}

function withUsage(meaning: FrameMeaning, from: JsonRecord): FrameMeaning {
  const usage = usageOf(from["usage"]);
  if (usage !== undefined) meaning.usage = usage;
  return meaning;
}
