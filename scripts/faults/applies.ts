import type { Dialect } from "../../src/core/dialect.ts";

/** Where a fault does not apply, as data: the contract suite holds it against what every fault does on every format, and docs/faults.md tells it. */

/** Formats that never stream and have no text: what they answer is one body of numbers. */
export const WITHOUT_TEXT: ReadonlySet<string> = new Set([
  "azure-openai-embeddings",
  "openai-embeddings",
  "groq-embeddings",
  "mistral-embeddings",
  "openrouter-embeddings",
]);

export type Applies = (pairing: { dialect: Dialect; stream: boolean; params: object }) => boolean;

const toStreams: Applies = ({ dialect, stream }) => stream && !WITHOUT_TEXT.has(dialect.id);

/** Where a fault does not apply: it plans nothing, and the call passes untouched. Not named here: it applies everywhere. */
export const APPLIES: Readonly<Record<string, Applies>> = {
  json_for_stream: toStreams,
  slow_tokens: toStreams,
  malformed_chunk: toStreams,
  duplicate_frame: toStreams,
  drop_frame: toStreams,
  merge_frames: toStreams,
  wrong_finish: ({ dialect }) => !WITHOUT_TEXT.has(dialect.id),
  mid_stream_error: (pairing) => toStreams(pairing) && saysInStream(pairing),
};

/** Troubles that not every provider tells by an error inside an answer that has begun: by the beginning of the format's name, who does. */
const TOLD_IN_STREAM: Readonly<Record<string, RegExp>> = {
  timeout: /^(?:anthropic|bedrock|gemini)/,
  quota_exceeded: /^(?!anthropic|bedrock|azure)/,
  content_filter: /^anthropic/,
};

const saysInStream: Applies = ({ dialect, params }) =>
  !("kind" in params) || (TOLD_IN_STREAM[String(params.kind)]?.test(dialect.id) ?? true);

/** Formats in which a tool call ends with the same word as any other answer. */
const NO_WORD_FOR_TOOL_CALLS = /^gemini$|-responses$|-completions$/;

/** Whether a tool call's arguments can break off: not where there are none, and not where they are carried parsed. */
export const HAS_ARGUMENTS_AS_TEXT = ({ id }: Dialect, stream: boolean): boolean =>
  !id.endsWith("-completions") && id !== "gemini" && (stream || !PARSED_WHEN_WHOLE.has(id));

const PARSED_WHEN_WHOLE: ReadonlySet<string> = new Set(["anthropic-messages", "bedrock", "bedrock-invoke"]);

/** Whether a fault, in its example, changes anything of a reply of this format: it applies, and finds what it is about. */
export function takesEffect(fault: string, pairing: Parameters<Applies>[0]): boolean {
  const { dialect, stream } = pairing;
  if (!(APPLIES[fault]?.(pairing) ?? true)) return false;
  if (fault === "drop_finish") return !WITHOUT_TEXT.has(dialect.id);
  if (fault === "wrong_finish" && "says" in pairing.params && pairing.params.says === "tool_calls") {
    return !NO_WORD_FOR_TOOL_CALLS.test(dialect.id);
  }
  if (fault === "garbled_tool_call") return !WITHOUT_TEXT.has(dialect.id) && HAS_ARGUMENTS_AS_TEXT(dialect, stream);
  return true;
}
