import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isComment } from "./comment.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf } from "./json.ts";
import { usageOf } from "./messages-usage.ts";

/** One event of a stream. New event and delta types are announced as possible and mean nothing here; it never throws. */
export function readMessagesFrame(frame: StreamFrame): FrameMeaning {
  if (frame.data === undefined) return isComment(frame.bytes) ? { ...NO_MEANING, keepAlive: true } : NO_MEANING;
  const event = parseRecord(frame.data);
  return event === undefined ? NO_MEANING : readMessagesEvent(event, frame.event);
}

/** The same without its framing: the event's data, and its name for data that does not repeat it. */
export function readMessagesEvent(event: JsonRecord, name?: string): FrameMeaning {
  switch (event["type"] ?? name) {
    case "message_start":
      return isRecord(event["message"]) ? withUsage({ ...NO_MEANING }, event["message"]) : NO_MEANING;
    case "content_block_start":
      return isRecord(event["content_block"]) ? spoken(partsOf(event["content_block"])) : NO_MEANING;
    case "content_block_delta":
      return isRecord(event["delta"]) ? spoken(deltaParts(event["delta"])) : NO_MEANING;
    case "message_delta":
      return withFinish(withUsage({ ...NO_MEANING }, event), event["delta"]);
    case "message_stop":
      return { ...NO_MEANING, terminator: true };
    case "ping":
      return { ...NO_MEANING, keepAlive: true };
    case "error":
      return { ...NO_MEANING, error: errorOf(event["error"]) };
    default:
      return NO_MEANING;
  }
}

/** An unstreamed reply, or the error in its place. */
export function readMessagesWhole(body: Uint8Array): FrameMeaning {
  const reply = parseRecord(body);
  if (reply === undefined) return NO_MEANING;
  if (reply["type"] === "error") return { ...NO_MEANING, error: errorOf(reply["error"]) };
  const blocks = recordsOf(reply["content"]).map((block) => {
    const input = isRecord(block["input"]) ? JSON.stringify(block["input"]) : "";
    return { ...partsOf(block), toolArguments: input };
  });
  const joined = (part: keyof Parts) => blocks.map((block) => block[part]).join("");
  const meaning = spoken({
    text: joined("text"),
    toolName: joined("toolName"),
    toolArguments: joined("toolArguments"),
    reasoning: joined("reasoning"),
  });
  return withFinish(withUsage(meaning, reply), reply);
}

interface Parts {
  text: string;
  toolName: string;
  toolArguments: string;
  reasoning: string;
}

/** A block as it is opened, or whole. The `input` of one that is opened is an empty placeholder. */
function partsOf(block: JsonRecord): Parts {
  return {
    text: textOf(block["text"]),
    toolName: textOf(block["name"]),
    toolArguments: "",
    reasoning: textOf(block["thinking"]),
  };
}

/** Signatures and citations are neither seen nor output of the model. */
function deltaParts(delta: JsonRecord): Parts {
  return {
    text: textOf(delta["text"]),
    toolName: "",
    toolArguments: textOf(delta["partial_json"]),
    reasoning: textOf(delta["thinking"]),
  };
}

function spoken({ text, toolName, toolArguments, reasoning }: Parts): FrameMeaning {
  const tokens = estimateTokens(text) + estimateTokens(reasoning) + estimateTokens(toolName + toolArguments);
  return { text, toolArguments, reasoning, tokens };
}

function withUsage(meaning: FrameMeaning, from: JsonRecord): FrameMeaning {
  const usage = usageOf(from["usage"]);
  if (usage !== undefined) meaning.usage = usage;
  return meaning;
}

function withFinish(meaning: FrameMeaning, from: unknown): FrameMeaning {
  const reason = isRecord(from) ? from["stop_reason"] : undefined;
  if (typeof reason === "string") meaning.finish = reason;
  return meaning;
}

function errorOf(value: unknown): NonNullable<FrameMeaning["error"]> {
  const error = isRecord(value) ? value : {};
  const details = isRecord(error["details"]) ? error["details"] : {};
  return {
    code: textOf(details["error_code"]) || undefined,
    type: textOf(error["type"]) || undefined,
    message: textOf(error["message"]),
  };
}
