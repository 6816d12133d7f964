import type { Dialect, LlmCall } from "../core/dialect.ts";
import type { EventBody } from "../core/event.ts";
import { headerValue, type RawRequest } from "../core/exchange.ts";
import type { Charge } from "../core/limits.ts";
import { CALL_ID } from "../core/text.ts";

/** What the event log says of a call when it arrives. */
export interface CallToTell {
  id: string;
  headAtMs: number;
  request: RawRequest;
  dialect: Dialect;
  call: LlmCall;
  charge: Charge;
  keyHash: string;
}

type Hasher = (text: string | Uint8Array) => string;

export function callReceived(told: CallToTell, hasher: Hasher): EventBody<"call_received"> {
  const { id, headAtMs, request, dialect, call, charge, keyHash } = told;
  const { callId, hashable } = withoutCallIds(request.body);
  const { maxOutputTokens } = call;
  return {
    type: "call_received",
    call: id,
    head_at_ms: headAtMs,
    method: request.method,
    path: pathOnly(request.path),
    dialect: dialect.id,
    provider: call.provider,
    model: call.model,
    stream: call.stream,
    tools: call.tools,
    input_tokens: call.inputTokens,
    ...(maxOutputTokens === undefined ? {} : { max_output_tokens: maxOutputTokens }),
    charge: charge.tokens,
    key_hash: keyHash,
    body_hash: hasher(hashable),
    prompt_hash: hasher(call.lastUserText.replace(CALL_ID, "")),
    joins: joinsOf(request, callId, hasher),
  };
}

export function pathOnly(path: string): string {
  const query = path.indexOf("?");
  return query < 0 ? path : path.slice(0, query);
}

/** Markers differ between calls that are the same call to the app, so the fingerprint is made without them. */
export function withoutCallIds(body: Uint8Array): { callId: string | undefined; hashable: string | Uint8Array } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!bytes.includes("lc-")) return { callId: undefined, hashable: bytes };
  const text = bytes.toString("utf8");
  return { callId: text.match(CALL_ID)?.[0], hashable: text.replace(CALL_ID, "") };
}

const TRACE_PARENT = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-/;
const TAG = /^[\w.:/@-]{1,64}$/;

function joinsOf(request: RawRequest, callId: string | undefined, hasher: Hasher): EventBody<"call_received">["joins"] {
  const joins: EventBody<"call_received">["joins"] = {};
  const { headers } = request;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const value = headers[i + 1] ?? "";
    switch (headers[i]?.toLowerCase()) {
      case "traceparent":
        joins.trace_id = TRACE_PARENT.exec(value)?.[1];
        break;
      case "idempotency-key":
        joins.identity = hasher(value);
        break;
      case "amz-sdk-invocation-id":
        joins.identity ??= hasher(value);
        break;
      case "x-stainless-retry-count":
        if (/^\d{1,6}$/.test(value)) joins.retry_count = Number(value);
        break;
      case "x-llm-chaos-tag":
        if (TAG.test(value)) joins.tag = value;
        break;
    }
  }
  if (callId !== undefined) joins.call_id = callId;
  return joins;
}

/** Attempts seen per identity, so that a decision can be keyed by (logical call, attempt). Bounded: the oldest identity is forgotten. */
export function createAttemptCounter(limit = 10_000): (identity: string) => number {
  const attempts = new Map<string, number>();
  return (identity) => {
    const attempt = attempts.get(identity) ?? 0;
    attempts.delete(identity);
    attempts.set(identity, attempt + 1);
    if (attempts.size > limit) attempts.delete(attempts.keys().next().value ?? "");
    return attempt;
  };
}

export function headerReader(request: RawRequest): (name: string) => string | undefined {
  return (name) => headerValue(request.headers, name);
}
