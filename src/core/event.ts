import { z } from "zod";

/**
 * Event schema v1: the one source of truth of a run. Each line of events.jsonl is one of these.
 * No body, no header value and no key ever stands in an event; texts are represented by keyed hashes.
 * Times ending in `_ms` are monotonic milliseconds since the start of the run unless they are durations.
 */
export const EVENT_VERSION = 1;

const call = z.string().meta({ description: "Attempt id: one request seen by the proxy (c1, c2, …)" });
const front = z.string().meta({ description: "Front-door call id (f1, f2, …)" });
const ms = z.number();
const hash = z.string().meta({ description: "Keyed hash: equal inside one run means equal text" });
const reading = z.object({
  dimension: z.string(),
  limit: z.number(),
  used: z.number().meta({ description: "After this call's own charge" }),
});

const caps = { usd: z.number().optional(), tokens: z.number().optional(), requests: z.number().optional() };
const limitLabel = z.object({ label: z.string(), source: z.string().optional(), date: z.string().optional() });

const budgetCaps = z
  .object({
    ...caps,
    per_minute: z.object(caps).optional().meta({ description: "By calls that begin within any 60 seconds" }),
    over: z.enum(["refuse", "stub"]).optional().meta({ description: "What becomes of a call beyond it" }),
  })
  .meta({ description: "The most that a run may spend on live upstreams" });

export const EVENT_TYPES = {
  run_started: z.object({
    run_id: z.string(),
    name: z.string(),
    mode: z.enum(["run", "proxy"]),
    seed: z.number(),
    scenario: z.unknown().meta({ description: "The scenario as loaded (core/scenario.ts), placeholders kept" }),
    app: z.unknown().meta({ description: "AppFacts (core/scenario.ts), or null" }),
    upstream: z.object({ kind: z.enum(["live", "stub", "replay"]), address: z.string() }),
    limits: z.array(limitLabel),
    mix: z
      .number()
      .optional()
      .meta({ description: "Share of logical calls that go to the live upstream (--mix), 0 to 1" }),
    budget: budgetCaps.optional(),
    driven: z.boolean().meta({ description: "Our own driver calls the front door" }),
    reproduce: z.string(),
    versions: z.object({ llm_chaos: z.string(), node: z.string(), event_schema: z.number() }),
  }),
  run_ended: z.object({
    why: z.enum(["completed", "app_ended", "load_ended", "panic", "budget", "abort_when", "interrupted", "broken"]),
    detail: z.string().optional(),
  }),
  scenario_loaded: z
    .object({
      scenario: z.unknown().meta({ description: "As in run_started" }),
      limits: z.array(limitLabel),
      file: z.string().meta({ description: "Its copy in the run folder" }),
    })
    .meta({ description: "A controller put another scenario in its place; verdicts look at what follows" }),
  limits_changed: z.object({
    limits: z.array(limitLabel),
    rows: z.unknown().meta({ description: "The counted limits from now on (LimitSpec of core/limits.ts)" }),
  }),
  phase_started: z.object({ name: z.string(), index: z.number(), lasts_ms: ms.optional() }),
  phase_ended: z.object({ name: z.string() }),
  call_received: z.object({
    call,
    head_at_ms: ms.meta({ description: "Arrival of the request head" }),
    method: z.string(),
    path: z.string().meta({ description: "Without the query" }),
    dialect: z.string(),
    provider: z.string(),
    model: z.string(),
    stream: z.boolean(),
    tools: z.boolean(),
    input_tokens: z.number().meta({ description: "Estimated" }),
    max_output_tokens: z.number().optional(),
    charge: z.number().meta({ description: "Tokens it is charged on tokens per minute" }),
    key_hash: z.string().meta({ description: "First 8 hex digits of SHA-256 of the key; empty without a key" }),
    body_hash: hash,
    prompt_hash: hash.meta({ description: "Of the last user message; joins a fallback with its predecessor" }),
    joins: z.object({
      trace_id: z.string().optional(),
      call_id: z.string().optional(),
      identity: hash.optional().meta({ description: "Idempotency-Key or amz-sdk-invocation-id" }),
      retry_count: z.number().optional().meta({ description: "x-stainless-retry-count" }),
      tag: z.string().optional(),
    }),
  }),
  call_admitted: z.object({ call, readings: z.array(reading) }),
  call_refused: z.object({
    call,
    origin: z.enum(["counted", "scripted", "provider", "budget"]),
    trouble: z.string(),
    status: z.number(),
    dimension: z.string().optional(),
    limit: z.number().optional(),
    used: z.number().optional(),
    requested: z.number().optional(),
    announced_ms: ms
      .optional()
      .meta({ description: "The wait that was announced; counted from the last byte of the refusal" }),
    synthetic: z.boolean().meta({ description: "A scripted wait: the displayed use was computed from it" }),
  }),
  fault_chosen: z.object({ call, rule: z.string(), fault: z.string(), decision: z.string() }),
  fault_applied: z.object({
    call,
    rule: z.string(),
    fault: z.string(),
    bytes: z.number(),
    events: z.number(),
    tokens: z.number(),
  }),
  fault_lost: z.object({ call, rule: z.string(), fault: z.string(), why: z.string() }),
  upstream_started: z.object({
    call,
    upstream: z.string(),
    kind: z.enum(["live", "stub", "replay"]).optional().meta({ description: "Only live ones cost money" }),
    because: z
      .enum(["mix", "over_budget"])
      .optional()
      .meta({ description: "Why it stands in for a live upstream that was meant" }),
  }),
  upstream_headers: z.object({ call, status: z.number() }),
  upstream_failed: z.object({
    call,
    code: z.string(),
    stage: z.enum(["connect", "headers", "body"]),
    message: z.string(),
  }),
  first_content: z.object({
    call,
    ttft_ms: ms.meta({ description: "From the request head to the first chunk with content, as sent to the client" }),
  }),
  usage_seen: z.object({
    call,
    input_tokens: z.number(),
    output_tokens: z.number(),
    cached_tokens: z.number().optional(),
  }),
  finish_seen: z.object({ call, finish: z.string() }),
  cost_settled: z.object({
    call,
    kind: z.enum(["live", "stub", "replay"]).meta({ description: "live: spent; stub and replay: saved" }),
    input_tokens: z.number(),
    output_tokens: z.number(),
    usd: z
      .number()
      .optional()
      .meta({ description: "Absent where no price is known for the model: unknown, never free" }),
    priced_as: z.string().optional().meta({ description: "The model of the price list that matched" }),
    estimated: z.boolean().meta({ description: "No usage was seen: the tokens are estimated" }),
    kept: z
      .object({ tokens: z.number(), usd: z.number().optional() })
      .optional()
      .meta({ description: "What stands against the budget for it where no usage was seen: all it had reserved" }),
  }),
  recording: z.object({
    state: z.enum(["started", "rotated", "dropped", "stopped"]),
    file: z.string(),
    exchanges: z.number().meta({ description: "Written so far by this run" }),
    why: z.string().optional(),
  }),
  replay_matched: z.object({
    call,
    recorded: z.string().meta({ description: "Id of the recorded exchange" }),
    by: z.enum(["exact", "normalised", "loose"]),
  }),
  replay_missed: z.object({
    call,
    nearest: z.string().optional().meta({ description: "Id of the nearest recorded exchange" }),
    difference: z.string().meta({ description: "What differs from it, by path; never its text" }),
  }),
  reply_ended: z.object({
    call,
    status: z.number().meta({ description: "0 when no status line was sent" }),
    how: z.enum(["complete", "cut", "reset", "client_left", "hung"]).meta({
      description:
        "What the client's connection saw: a clean end, a break inside the body, a reset before any byte, or it left by itself",
    }),
    last_byte_at_ms: ms,
    bytes: z.number().meta({ description: "Body bytes sent" }),
    events: z.number(),
    tokens: z.number().meta({ description: "Output tokens sent, estimated unless usage was seen" }),
    finish: z.boolean().meta({ description: "A finish reached the client (for an unstreamed reply: the whole body)" }),
    error_in_stream: z.boolean().meta({ description: "An error event was inside a 200" }),
    text_tail: hash.optional().meta({
      description:
        "Of the last 32 letters and digits that were said, text or arguments of a tool call, where the reply was not whole",
    }),
    text_length: z.number().optional().meta({ description: "Letters and digits of that text or those arguments" }),
    tail_of: z
      .enum(["text", "tool_arguments"])
      .optional()
      .meta({ description: "What broke off; absent: text, or not told" }),
  }),
  client_left: z.object({ call, bytes: z.number() }),
  passed_through: z.object({ method: z.string(), path: z.string(), status: z.number(), duration_ms: ms }),
  front_door_started: z.object({
    front,
    trace_id: z.string(),
    call_id: z.string(),
    due_at_ms: ms.meta({ description: "When it should have started (open loop); waiting behind it counts" }),
    started_at_ms: ms,
    step: z.number().optional().meta({ description: "Concurrency of the ramp step" }),
    repeat: z.number().optional(),
    settling: z.boolean().optional().meta({ description: "Before the step is judged" }),
  }),
  front_door_first_byte: z.object({ front, status: z.number(), at_ms: ms }),
  front_door_ended: z.object({
    front,
    at_ms: ms,
    status: z.number().meta({ description: "0 when no status line came" }),
    how: z.enum(["complete", "cut", "deadline", "refused", "failed", "given_up"]).meta({
      description:
        "deadline: no end in time; refused: no connection; failed: broke before a status line; given_up: the run ended first, which says nothing of the app",
    }),
    bytes: z.number(),
    matched: z.object({
      shed: z.boolean().optional(),
      fallback: z.boolean().optional(),
      done: z.boolean().optional(),
      incomplete: z.boolean().optional(),
      error: z.boolean().optional(),
    }),
    text_tails: z
      .array(hash)
      .meta({ description: "Of the last 32 letters and digits of each text in the answer, at most 32" }),
    provider_text: z.boolean().meta({ description: "The answer shows a provider's error text" }),
    secret_shown: z
      .boolean()
      .optional()
      .meta({ description: "The answer shows a key of the app or a canary; absent: not all of it was looked through" }),
    error: z.string().optional(),
  }),
  load_step_started: z.object({ concurrency: z.number(), repeat: z.number() }),
  load_step_settled: z.object({ concurrency: z.number(), repeat: z.number() }),
  load_step_ended: z.object({
    concurrency: z.number(),
    repeat: z.number(),
    trustworthy: z.boolean(),
    why: z.string().optional(),
  }),
  self_delay: z.object({
    who: z.enum(["proxy", "driver"]),
    late_ms: ms,
    busy: z.number().meta({ description: "Share of the loop's time, 0 to 1" }),
  }),
  app_state: z.object({
    state: z.enum(["started", "ready", "ended"]),
    code: z.number().optional(),
    signal: z.string().optional(),
  }),
  load_tool: z
    .object({ state: z.enum(["started", "ended"]), code: z.number().optional(), signal: z.string().optional() })
    .meta({ description: "The command of --load-cmd" }),
  warning: z.object({ code: z.string(), text: z.string() }),
  mark: z.object({ label: z.string(), who: z.string(), facts: z.record(z.string(), z.unknown()).optional() }),
  command: z.object({ who: z.string(), method: z.string(), params: z.unknown() }),
} as const;

/** The run was played as far as there was something to play; every other end cut it short. */
export function isNormalEnd(why: string): boolean {
  return why === "completed" || why === "app_ended" || why === "load_ended";
}

export type EventType = keyof typeof EVENT_TYPES;

/** The part of an event that its author writes. */
export type EventBody<T extends EventType = EventType> = {
  [K in T]: { type: K } & z.output<(typeof EVENT_TYPES)[K]>;
}[T];

export interface Envelope {
  v: typeof EVENT_VERSION;
  /** Counts from 1 without gaps. */
  seq: number;
  t_ms: number;
  /** Wall clock, ISO 8601. */
  at: string;
  /** `startup`, a phase's name, `drain`, or `live` without a scenario. */
  phase: string;
}

/** An event as stored. */
export type ChaosEvent<T extends EventType = EventType> = Envelope & EventBody<T>;

/** Where events go. The sink is the only sequencer. */
export interface EventSink {
  append(event: EventBody): ChaosEvent;
}

/** The JSON-Schema source of one stored line. */
export function eventSchema() {
  const envelope = {
    v: z.literal(EVENT_VERSION),
    seq: z.int().min(1),
    t_ms: ms,
    at: z.string(),
    phase: z.string(),
  };
  const lines = Object.entries(EVENT_TYPES).map(([type, body]) =>
    z.object({ ...envelope, type: z.literal(type), ...body.shape }),
  );
  return z.union(lines);
}
