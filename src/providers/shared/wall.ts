import type { Dialect, LlmCall, PlainReply, ReplyContext, Trouble } from "../../core/dialect.ts";
import type { JsonRecord } from "./json.ts";
import { openAiReply, openAiStreamError } from "./openai-errors.ts";
import { countdownHeaders } from "./openai-limits.ts";
import { readOpenAiRefusal } from "./openai-read-refusal.ts";

/**
 * Whose wall it is: how one provider refuses, counts down and breaks off, whichever of OpenAI's formats it is asked in.
 * A format and a wall make a dialect.
 */
export interface Wall {
  /** `LlmCall.provider`, and the beginning of its dialects' ids. */
  readonly provider: string;
  /** Default: an SSE comment. */
  readonly keepAlive?: Uint8Array;
  readonly refuse: Dialect["refuse"];
  /** The data of the error inside a stream, with its envelope; undefined for what shows before a stream begins. */
  streamError(trouble: Trouble, call: LlmCall, context: ReplyContext): JsonRecord | undefined;
  readonly limitHeaders: Dialect["limitHeaders"];
  readonly readRefusal: Dialect["readRefusal"];
  /** What admission costs. Default: OpenAI's rule, the larger of the maximum output and the estimate. */
  readonly charge?: Dialect["charge"];
  /** How its chat replies differ from OpenAI's. */
  readonly chat?: ChatHabits;
}

/** Fields and places of a chat reply that a compatible provider has of its own. */
export interface ChatHabits {
  /** `with_finish`: always, in the chunk that carries the finish. Default: in a chunk of its own, when asked for. */
  usage?: "with_finish";
  /** Added to the first and to the last chunk of a stream; the usage is given in OpenAI's spelling. */
  firstChunk?(reply: PlainReply): object;
  lastChunk?(reply: PlainReply, usage: object): object;
}

/** OpenAI's own platform. */
export const openAiWall: Wall = {
  provider: "openai",
  refuse: openAiReply,
  streamError: (trouble, call, context) => {
    const envelope = openAiStreamError(trouble, call, context);
    return envelope && { error: envelope.error };
  },
  limitHeaders: countdownHeaders,
  readRefusal: readOpenAiRefusal,
};
