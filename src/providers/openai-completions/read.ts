import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import { estimateTokens } from "../../core/tokens.ts";
import { type JsonRecord, parseRecord, textOf } from "../shared/json.ts";
import { readDataFrame } from "../shared/openai-frame.ts";
import { readChoices } from "../shared/openai-reply.ts";

/** Streamed and not, the choices look alike. */
export function readCompletionsFrame(frame: StreamFrame): FrameMeaning {
  return readDataFrame(frame, (chunk) => readChoices(chunk, addChoice));
}

export function readCompletionsWhole(body: Uint8Array): FrameMeaning {
  const reply = parseRecord(body);
  return reply === undefined ? NO_MEANING : readChoices(reply, addChoice);
}

/** Every choice is paid for, the first is the text. */
function addChoice(meaning: FrameMeaning, choice: JsonRecord): void {
  const text = textOf(choice["text"]);
  meaning.tokens += estimateTokens(text);
  if ((choice["index"] ?? 0) === 0) meaning.text += text;
}
