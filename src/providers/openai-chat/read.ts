import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { isRecord, type JsonRecord, parseRecord, recordsOf, textOf } from "../shared/json.ts";
import { readDataFrame } from "../shared/openai-frame.ts";
import { readChoices } from "../shared/openai-reply.ts";
import { contentText } from "../shared/openai-request.ts";

/** One chunk of a stream. What cannot be read means nothing; it never throws. */
export function readChatFrame(frame: StreamFrame): FrameMeaning {
  return readDataFrame(frame, (chunk) => readChoices(chunk, addDelta));
}

/** An unstreamed reply. */
export function readChatWhole(body: Uint8Array): FrameMeaning {
  const reply = parseRecord(body);
  return reply === undefined ? NO_MEANING : readChoices(reply, addMessage);
}

const addDelta = (meaning: FrameMeaning, choice: JsonRecord) => addChoice(meaning, choice, "delta");
const addMessage = (meaning: FrameMeaning, choice: JsonRecord) => addChoice(meaning, choice, "message");

/** Every choice is paid for, but only the first is text: several interleaved ones would be nobody's answer. */
function addChoice(meaning: FrameMeaning, choice: JsonRecord, part: "delta" | "message"): void {
  const said = isRecord(choice[part]) ? choice[part] : {};
  const text = contentText(said["content"]) + textOf(said["refusal"]);
  const reasoning = reasoningOf(said);
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

/** Not OpenAI's own: compatible servers send reasoning under either name, Mistral as parts of the content. */
function reasoningOf(said: JsonRecord): string {
  const thoughts = recordsOf(said["content"]).filter((part) => part["type"] === "thinking");
  return (
    textOf(said["reasoning_content"]) ||
    textOf(said["reasoning"]) ||
    thoughts.map((part) => contentText(part["thinking"])).join("")
  );
}
