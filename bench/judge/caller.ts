import type { EventBody } from "../../src/core/event.ts";
import type { Rng } from "../../src/core/rng.ts";

export interface Told {
  atMs: number;
  body: EventBody;
}

interface Tools {
  caller: number;
  rng: Rng;
  /** Refusals and truncations are in force. */
  storm: () => boolean;
}

/** One attempt, told by the caller that makes it. */
interface Tried {
  model: string;
  call: string;
  count: number;
  prompt: string;
  trace: string;
}

const REFUSED_SHARE = 0.5;
const TRUNCATED_SHARE = 0.1;
const HASH_DIGITS = 16;

/** One user after another at the same desk, for ever: each asks once; the app retries twice, then falls back, then sheds. */
export function* callerStory(tools: Tools): Generator<Told, never> {
  const { caller, rng } = tools;
  let atMs = caller * 3;
  for (let n = 1; ; n++) {
    const front = `f${caller}-${n}`;
    const trace = hash(rng) + hash(rng);
    const started = { due_at_ms: atMs, started_at_ms: atMs };
    yield {
      atMs,
      body: { type: "front_door_started", front, trace_id: trace, call_id: `lc-${hash(rng).slice(0, 8)}`, ...started },
    };
    const answer = yield* attempts(tools, { atMs: atMs + 4, trace, prompt: hash(rng), id: `${caller}-${n}` });
    atMs = answer.atMs + 2;
    const status = answer.served ? 200 : 503;
    yield { atMs, body: { type: "front_door_first_byte", front, status, at_ms: atMs } };
    atMs += 1;
    yield {
      atMs,
      body: {
        type: "front_door_ended",
        front,
        at_ms: atMs,
        status,
        how: "complete",
        bytes: 900,
        matched: { shed: !answer.served, fallback: false, done: answer.served, incomplete: false, error: false },
        text_tails: answer.served ? [hash(rng)] : [],
        provider_text: false,
      },
    };
    atMs += 20 + rng.next() * 60;
  }
}

function* attempts(
  tools: Tools,
  { atMs, trace, prompt, id }: { atMs: number; trace: string; prompt: string; id: string },
): Generator<Told, { atMs: number; served: boolean }> {
  let nowMs = atMs;
  for (const [count, model] of ["gpt-4o-2024-11-20", "gpt-4o-2024-11-20", "gpt-4o-mini"].entries()) {
    const tried = { call: `c${id}-${count}`, model, count: model.endsWith("mini") ? 0 : count, prompt, trace };
    yield received(tried, nowMs);
    const refused = tools.storm() && tools.rng.next() < REFUSED_SHARE;
    nowMs = yield* refused ? refusal(tried, nowMs) : reply(tools, tried, nowMs);
    if (!refused) return { atMs: nowMs, served: true };
    nowMs += 1_000 + tools.rng.next() * 50;
  }
  return { atMs: nowMs, served: false };
}

function received({ call, model, count, prompt, trace }: Tried, atMs: number): Told {
  const joins = { trace_id: trace, retry_count: count };
  const body: EventBody<"call_received"> = {
    type: "call_received",
    call,
    head_at_ms: atMs - 0.5,
    method: "POST",
    path: "/v1/chat/completions",
    dialect: "openai-chat",
    provider: "openai",
    model,
    stream: true,
    tools: false,
    input_tokens: 240,
    max_output_tokens: 500,
    charge: 740,
    key_hash: "1f2e3d4c",
    body_hash: `${prompt}${model.length}`,
    prompt_hash: prompt,
    joins,
  };
  return { atMs, body };
}

function* refusal({ call, model }: Tried, atMs: number): Generator<Told, number> {
  const rule = "storm/1";
  yield { atMs, body: { type: "fault_chosen", call, rule, fault: "rate_limit", decision: `${rule}/${call}/${model}` } };
  const counts = { bytes: 0, events: 0, tokens: 0 };
  yield { atMs, body: { type: "fault_applied", call, rule, fault: "rate_limit", ...counts } };
  const numbers = { dimension: "tpm", limit: 30_000, used: 29_800, requested: 740, announced_ms: 1_000 };
  const refused = { origin: "scripted", trouble: "rate_limit", status: 429, synthetic: true } as const;
  yield { atMs, body: { type: "call_refused", call, ...refused, ...numbers } };
  const end = { last_byte_at_ms: atMs + 1, bytes: 320, finish: true, error_in_stream: false };
  yield {
    atMs: atMs + 1,
    body: { type: "reply_ended", call, status: 429, how: "complete", ...end, ...counts, bytes: 320 },
  };
  return atMs + 1;
}

function* reply({ rng, storm }: Tools, { call }: Tried, atMs: number): Generator<Told, number> {
  const readings = [
    { dimension: "rpm", limit: 500, used: Math.round(rng.next() * 500) },
    { dimension: "tpm", limit: 30_000, used: Math.round(rng.next() * 30_000) },
  ];
  yield { atMs, body: { type: "call_admitted", call, readings } };
  yield { atMs: atMs + 0.1, body: { type: "upstream_started", call, upstream: "stub", kind: "stub" } };
  const firstMs = atMs + 80 + rng.next() * 80;
  yield { atMs: firstMs, body: { type: "upstream_headers", call, status: 200 } };
  yield { atMs: firstMs + 1, body: { type: "first_content", call, ttft_ms: firstMs + 1 - atMs } };
  const endMs = firstMs + 400 + rng.next() * 300;
  const truncated = storm() && rng.next() < TRUNCATED_SHARE;
  const tokens = { input_tokens: 240, output_tokens: 60 };
  if (!truncated) {
    yield { atMs: endMs, body: { type: "finish_seen", call, finish: "stop" } };
    yield { atMs: endMs, body: { type: "usage_seen", call, ...tokens } };
  }
  const money = { usd: 0.0012, priced_as: "gpt-4o", estimated: truncated };
  yield { atMs: endMs, body: { type: "cost_settled", call, kind: "stub", ...tokens, ...money } };
  const sent = { bytes: 9_800, events: 62, tokens: 60, finish: !truncated, error_in_stream: false };
  const tail = truncated ? { text_tail: hash(rng), text_length: 140 } : {};
  const end = { last_byte_at_ms: endMs, status: 200, how: "complete" } as const;
  yield { atMs: endMs, body: { type: "reply_ended", call, ...end, ...sent, ...tail } };
  return endMs;
}

function hash(rng: Rng): string {
  return Array.from({ length: HASH_DIGITS }, () => Math.floor(rng.next() * 16).toString(16)).join("");
}
