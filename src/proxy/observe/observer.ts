import type { KeptReading } from "../../core/body-reading.ts";
import type { Dialect, FrameMeaning, LlmCall, ProviderRefusal } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import type { Usage } from "../../core/limits.ts";

export { mergeUsage } from "../../core/usage.ts";

/** What is known of a reply when it is over. */
export interface ReplySummary {
  events: number;
  /** Output tokens: usage where it was seen, else estimated. */
  tokens: number;
  usage: Usage | undefined;
  finish: boolean;
  errorInStream: boolean;
  /** The last letters and digits of the text; undefined when there was no text, and of a whole reply, where nobody needs it. */
  textTail: string | undefined;
  /** Letters and digits of the text of an unfinished reply; of a long stream at least this many, since it is not read to the letter. */
  textLength: number;
  /** What the tail is the end of, where that is not visible text. */
  tailOf?: "tool_arguments" | undefined;
  refusal: ProviderRefusal | undefined;
}

/** Reads a copy of what the client is sent. Never changes, delays or breaks it: what it cannot read it does not report. */
export interface Observer {
  /** So far. */
  readonly events: number;
  /** So far, estimated. */
  readonly tokens: number;
  data(chunk: Uint8Array): void;
  /** The reply is over. `complete`: it ended cleanly. Calls back at once, or later when a decoded copy must be waited for. */
  end(complete: boolean, done: (summary: ReplySummary) => void): void;
}

export interface ObserverOptions {
  dialect: Dialect;
  call: LlmCall;
  status: number;
  /** Of the reply as the client gets it. */
  headers: HeaderList;
  /** Undefined: these bytes do not come again. */
  reading?: KeptReading | undefined;
  onFirstContent(): void;
  onFinish(finish: string): void;
}

export const NOTHING_SEEN: ReplySummary = {
  events: 0,
  tokens: 0,
  usage: undefined,
  finish: false,
  errorInStream: false,
  textTail: undefined,
  textLength: 0,
  refusal: undefined,
};

/** Anything the model made. Reasoning counts: it is the first sign of life, and it is paid for. */
export function hasContent(meaning: FrameMeaning): boolean {
  return meaning.text !== "" || meaning.toolArguments !== "" || meaning.reasoning !== "";
}
