import type { LlmCall, ReplyContext, Trouble } from "../../core/dialect.ts";
import { type HeaderList, jsonReply, type WireReply } from "../../core/exchange.ts";
import { gatewayPage, type ServerTrouble, serverWaitHeaders } from "../shared/gateway-page.ts";
import type { JsonRecord } from "../shared/json.ts";
import { fill } from "./fill.ts";
import { limitError } from "./rate-limit.ts";
import type { CompatibleProvider, ErrorWords } from "./words.ts";

/** The length that refused prompts are told to exceed; no model's own. */
const CONTEXT_LENGTH = 131_072;

/** An error before it is bytes. */
interface CompatibleError {
  status: number;
  headers: HeaderList;
  body: JsonRecord;
}

/** Any trouble as a whole reply. */
export function refuseAs(provider: CompatibleProvider) {
  return (trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply => {
    if (isServerTrouble(trouble) && provider.errors[trouble.kind] === "page") return gatewayPage(trouble, context);
    const { status, headers, body } = compatibleError(provider, trouble, { call, context });
    return jsonReply(status, [...headers, ...provider.headers(context)], body);
  };
}

/** The troubles that can befall a reply that has begun. */
export function streamErrorOf(provider: CompatibleProvider) {
  return (trouble: Trouble, call: LlmCall, context: ReplyContext): JsonRecord | undefined => {
    switch (trouble.kind) {
      case "rate_limit":
      case "quota_exceeded":
      case "overloaded":
      case "server_error": {
        const { body } = compatibleError(provider, trouble, { call, context });
        return provider.streamEnvelope?.(body, { call, context }) ?? body;
      }
      default:
        return undefined;
    }
  };
}

function compatibleError(
  provider: CompatibleProvider,
  trouble: Trouble,
  facts: { call: LlmCall; context: ReplyContext },
): CompatibleError {
  const { envelope = nested } = provider;
  if (trouble.kind === "rate_limit") {
    const { words, headers, more } = limitError(provider, trouble, facts);
    return { status: words.status, headers, body: envelope(errorOf(words, more), words.status) };
  }
  if (trouble.kind === "budget" || trouble.kind === "replay_miss") {
    const words = ownWords(trouble.kind, trouble.message);
    // Stainless SDKs obey this header, so the refusal cannot turn into a storm of retries.
    const headers = ["x-should-retry", "false"];
    return { status: words.status, headers, body: envelope(errorOf(words, {}), words.status) };
  }
  const words = provider.errors[trouble.kind];
  if (words === "page") throw new Error(`${provider.provider} has no words for ${trouble.kind} outside of a page`);
  const message = fill(words.message, factsOf(facts));
  const headers = isServerTrouble(trouble) ? serverWaitHeaders(trouble, facts.context) : [];
  return { status: words.status, headers, body: envelope(errorOf({ ...words, message }, {}), words.status) };
}

function nested(error: JsonRecord): JsonRecord {
  return { error };
}

/** Only what the words name: providers differ in which of the fields they send at all. */
function errorOf({ status: _, more, ...words }: ErrorWords, also: JsonRecord): JsonRecord {
  return { ...words, ...more, ...also };
}

function ownWords(kind: "budget" | "replay_miss", message: string): ErrorWords {
  return {
    status: kind === "budget" ? 403 : 404,
    message,
    type: "llm_chaos",
    param: null,
    code: `llm_chaos_${kind}`,
  };
}

function factsOf({ call, context }: { call: LlmCall; context: ReplyContext }) {
  return {
    model: call.model,
    organization: context.organization,
    request_id: context.requestId,
    context_length: CONTEXT_LENGTH,
    // Exceeds the length whatever the prompt was.
    prompt_tokens: CONTEXT_LENGTH + Math.max(1, call.inputTokens),
  };
}

function isServerTrouble(trouble: Trouble): trouble is ServerTrouble {
  return "retryAfterMs" in trouble;
}
