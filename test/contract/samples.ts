import type { Dialect, LlmCall, StreamFrame, Trouble } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import type { LimitRefusal } from "../../src/core/limits.ts";
import { messagesRequest } from "../support/anthropic.ts";
import { azureRequest } from "../support/azure.ts";
import { bedrockRequest, claudeBody, EVENT_STREAM } from "../support/bedrock.ts";
import { geminiRequest, SSE, WHOLE } from "../support/gemini.ts";
import { chatRequest, frameOf, textOf } from "../support/openai.ts";

/** What the contract suite needs to know of each entry of a list. A new dialect or fault adds one line here and is tested at once. */

const CHAT = { model: "sample-model", messages: [{ role: "user", content: "Say hello." }], max_tokens: 500 };

/** One request of each format, streamed and not. */
const REQUESTS: Readonly<Record<string, (stream: boolean) => RawRequest>> = {
  "anthropic-messages": (stream) => messagesRequest({ ...CHAT, stream }),
  "azure-openai": (stream) => azureRequest({ ...CHAT, stream }),
  "azure-openai-responses": (stream) =>
    azureRequest({ model: "sample-model", input: "Say hello.", stream }, { path: "/openai/v1/responses" }),
  "azure-openai-completions": (stream) => azureRequest({ prompt: "Say hello.", stream }, { ending: "/completions" }),
  "azure-openai-embeddings": () => azureRequest({ input: ["Say hello.", "Say bye."] }, { ending: "/embeddings" }),
  bedrock: (stream) => bedrockRequest(stream ? "converse-stream" : "converse"),
  "bedrock-invoke": (stream) =>
    bedrockRequest(stream ? "invoke-with-response-stream" : "invoke", { body: claudeBody() }),
  gemini: (stream) => geminiRequest(stream ? SSE : WHOLE),
  "openai-chat": (stream) => chatRequest({ ...CHAT, stream }),
  "openai-responses": (stream) =>
    chatRequest({ model: "sample-model", input: "Say hello.", max_output_tokens: 500, stream }, "/v1/responses"),
  "openai-completions": (stream) =>
    chatRequest({ model: "sample-model", prompt: "Say hello.", max_tokens: 500, stream }, "/v1/completions"),
  "openai-embeddings": () =>
    chatRequest({ model: "sample-model", input: ["Say hello.", "Say bye."] }, "/v1/embeddings"),
};

const SIGNS: Readonly<Record<string, readonly string[]>> = {
  groq: ["Authorization", "Bearer gsk_sample"],
  mistral: ["User-Agent", "mistral-client-typescript/2.7.0"],
  openrouter: ["Authorization", "Bearer sk-or-sample"],
};

/** OpenAI's request of that format, with the signs of a compatible provider. */
function signedRequest(id: string, stream: boolean): RawRequest | undefined {
  const [provider = "", format] = id.split(/-(?=[a-z]+$)/);
  const request = REQUESTS[`openai-${format}`]?.(stream);
  const signs = SIGNS[provider];
  return request && signs && { ...request, headers: [...request.headers, ...signs] };
}

export function sampleRequest(dialect: Dialect, stream: boolean): RawRequest {
  const request = REQUESTS[dialect.id]?.(stream) ?? signedRequest(dialect.id, stream);
  if (request === undefined) throw new Error(`test/contract/samples.ts has no request for ${dialect.id}`);
  return request;
}

export function sampleCall(dialect: Dialect, stream: boolean): LlmCall {
  const call = dialect.recognise(sampleRequest(dialect, stream));
  if (call === undefined) throw new Error(`${dialect.id} does not recognise its own sample`);
  return call;
}

/** Bytes of this dialect's stream as frames: server-sent events, or its own framing. */
export function framesIn(bytes: Uint8Array, dialect: Dialect, call: LlmCall, arrivedMs = 0): StreamFrame[] {
  const splitter = dialect.splitter?.(EVENT_STREAM, call);
  if (splitter !== undefined) {
    return [...splitter.push(bytes), ...splitter.end()].map((frame) => ({ ...frame, arrivedMs }));
  }
  return textOf(bytes)
    .split(/(?<=\n\n)/)
    .map((text) => frameOf(text, arrivedMs));
}

/** Parameters for faults that do not work without any. */
export const FAULT_PARAMS: Readonly<Record<string, readonly object[]>> = {
  rate_limit: [{}, { dimension: "rpd", retry_after: "2s", hints: ["ms_header", "date", "body"], lie: 3 }],
  latency: [{ add: { normal: { mean: "2s", sd: "300ms" } } }],
  slow_first_token: [{ add: { uniform: ["1s", "3s"] } }, { at_least: "4s", hold: "headers" }, { add: 0 }],
  stall: [{ after: { tokens: 2 }, lasts: "2s", pings: "1s" }, { after: { tokens: 1_000_000 } }],
  truncate: [
    { after: { tokens: 2 } },
    { after: "before_done" },
    { after: { tokens: 2 }, inside: "event" },
    { after: { bytes: 1_000_000 } },
  ],
  disconnect: [{ after: { events: 2 }, how: "rst" }, { inside: "character" }, { after: { events: 1_000_000 } }],
  quota_exceeded: [{}, { kind: "insufficient_quota" }],
  overloaded: [{}, { retry_after: "3s" }],
  bad_gateway: [{}, { retry_after: { uniform: ["1s", "9s"] } }],
  json_for_stream: [{}, { body: "error" }],
  hang: [{}, { lasts: { uniform: ["1s", "9s"] } }],
  late_close: [{}, { lasts: "1m" }],
  slow_tokens: [{ add: { uniform: ["10ms", "90ms"] }, jitter: "20%" }, { tokens_per_second: 5 }],
  bandwidth: [{ rate: "1kB/s" }],
  malformed_chunk: [{ after: { tokens: 1 } }, { after: { tokens: 1_000_000 } }],
  duplicate_frame: [{ after: { tokens: 1 } }, { after: "before_finish" }, { after: { tokens: 1_000_000 } }],
  drop_frame: [{ after: { events: 2 } }, { after: { tokens: 1_000_000 } }],
  split_frames: [{}, { sizes: [1, 7] }, { after: { tokens: 2 } }, { after: { tokens: 1_000_000 } }],
  merge_frames: [{}, { sizes: [2, 3], after: { events: 1 } }, { after: { tokens: 1_000_000 } }],
  wrong_finish: [{}, { says: "length" }],
  garbled_tool_call: [{}, { how: "invalid" }],
  header_lies: [{ set: { "x-ratelimit-remaining-tokens": -1 } }, { drop: ["*ratelimit*", "retry-after"] }],
  mid_stream_error: [
    { after: { events: 2 } },
    { kind: "rate_limit", after: { tokens: 1 }, shape: "flat" },
    { kind: "content_filter", after: "before_finish" },
    { after: { tokens: 1_000_000 } },
  ],
};

/** Faults whose purpose it is to change bytes, so that what they send is no beginning of the reply. */
export const REWRITES: ReadonlySet<string> = new Set([
  "mid_stream_error",
  "malformed_chunk",
  "duplicate_frame",
  "drop_frame",
  "drop_finish",
  "drop_usage",
  "wrong_finish",
  "garbled_tool_call",
]);

const REFUSAL: LimitRefusal = {
  dimension: "tpm",
  limit: 10_000,
  used: 8_554,
  requested: 3_082,
  waitMs: 9_816,
  windowMs: 60_000,
};

/** Every trouble; the record makes the compiler ask for a new one. */
const TROUBLES: { [K in Trouble["kind"]]: readonly Trouble[] } = {
  rate_limit: [
    { kind: "rate_limit", refusal: REFUSAL, readings: [], hints: undefined },
    {
      kind: "rate_limit",
      refusal: { ...REFUSAL, waitMs: undefined, requested: 20_000 },
      readings: [],
      hints: undefined,
    },
    ...(["rpm", "rpd", "tpd", "itpm", "otpm", "images", "concurrency"] as const).map(
      (dimension): Trouble => ({
        kind: "rate_limit",
        refusal: { ...REFUSAL, dimension },
        readings: [],
        hints: ["body"],
      }),
    ),
  ],
  quota_exceeded: [{ kind: "quota_exceeded", quota: undefined }],
  overloaded: [{ kind: "overloaded", retryAfterMs: 1_500 }],
  server_error: [{ kind: "server_error", retryAfterMs: undefined }],
  bad_gateway: [{ kind: "bad_gateway", retryAfterMs: undefined }],
  timeout: [{ kind: "timeout", retryAfterMs: undefined }],
  bad_key: [{ kind: "bad_key" }],
  unknown_model: [{ kind: "unknown_model" }],
  context_too_long: [{ kind: "context_too_long" }],
  content_filter: [{ kind: "content_filter" }],
  request_too_large: [{ kind: "request_too_large" }],
  budget: [{ kind: "budget", message: "the budget of 2 USD is spent" }],
  replay_miss: [{ kind: "replay_miss", message: "the cassette has no answer to this call" }],
};

export const troubles: readonly Trouble[] = Object.values(TROUBLES).flat();
