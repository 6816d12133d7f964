import { type ChaosEvent, EVENT_VERSION, type EventBody, type EventType } from "../../src/core/event.ts";
import type { History } from "../../src/core/history.ts";
import type { LimitSpec } from "../../src/core/limits.ts";
import type { AppFacts, ExpectationSpec, FaultRule, Scenario } from "../../src/core/scenario.ts";
import { foldHistory } from "../../src/history/index.ts";

type Body<T extends EventType> = Omit<Extract<EventBody, { type: T }>, "type">;

export interface ReceivedOptions {
  /** Moves the story on first. */
  afterMs?: number;
  /** The head arrived earlier than the event was written (a large body). */
  headAtMs?: number;
  model?: string;
  provider?: string;
  /** Default openai-chat; one that ends with `embeddings` gives vectors. */
  dialect?: string;
  key?: string;
  /** Stands for the body hash; default: one of its own. */
  body?: string;
  prompt?: string;
  trace?: string;
  callId?: string;
  identity?: string;
  /** x-stainless-retry-count */
  count?: number;
  /** Same body, prompt, key, model, trace and call id as that call, unless given. */
  retryOf?: string;
  stream?: boolean;
  tools?: boolean;
  inputTokens?: number;
}

export interface RepliedOptions {
  afterMs?: number;
  /** Of a refusal. */
  announced?: number;
  origin?: "counted" | "scripted" | "provider" | "budget";
  /** What the refusal is. Default: rate_limit for a 429, else server_error. */
  trouble?: string;
  dimension?: string;
  how?: Body<"reply_ended">["how"];
  /** Default: true for a complete 2xx. */
  finish?: boolean;
  errorInStream?: boolean;
  /** Letters at the end of what was sent; stands for its hash. */
  tail?: string;
  textLength?: number;
  /** It broke off inside a tool call. */
  tailOf?: "tool_arguments";
  tokens?: number;
  /** From the head to the first content. */
  ttftMs?: number;
  /** What it cost; without `usd` the price is unknown. */
  cost?: Partial<Body<"cost_settled">>;
  /** What the counted limits read when it was admitted. */
  readings?: Body<"call_admitted">["readings"];
  /** A fault that took effect. */
  fault?: string;
  /** The event is written this much later than the last byte went out. */
  noticedAfterMs?: number;
}

export interface StoryOptions {
  expect?: readonly Partial<ExpectationSpec>[];
  app?: Partial<AppFacts>;
  driven?: boolean;
  limits?: readonly LimitSpec[];
}

/** A hand-written history: a tiny language for events, with its own clock. Every verb returns the story. */
export class Story {
  nowMs = 0;
  readonly events: ChaosEvent[] = [];
  #phase = "startup";
  readonly #scenario: Scenario & { phases: { name: string; lastsMs: number; faults: FaultRule[] }[] };
  readonly #received = new Map<string, Body<"call_received">>();

  constructor(options: StoryOptions = {}) {
    this.#scenario = {
      name: "story",
      summary: "",
      hypothesis: "",
      seed: 1,
      limits: options.limits ?? [],
      clockScale: 1,
      announce: "real",
      phases: [],
      load: undefined,
      abortWhen: undefined,
      expect: (options.expect ?? []).map((spec) => ({
        name: "",
        params: {},
        in: undefined,
        where: undefined,
        ifUnseen: "inconclusive",
        ...spec,
      })),
      runbook: {},
    };
    const declares = { shed: true, fallback: true, done: false, incomplete: false, error: false };
    const app = { url: undefined, frontDoor: "POST /chat", answer: "json", deadlineMs: 30_000, commit: undefined };
    this.event({
      type: "run_started",
      run_id: "r1",
      name: "story",
      mode: "run",
      seed: 1,
      scenario: this.#scenario,
      app: { ...app, declares, ...options.app },
      upstream: { kind: "stub", address: "stub" },
      limits: [],
      driven: options.driven ?? true,
      reproduce: "",
      versions: { llm_chaos: "0", node: "0", event_schema: 1 },
    });
  }

  event(body: EventBody): this {
    this.events.push({
      v: EVENT_VERSION,
      seq: this.events.length + 1,
      t_ms: this.nowMs,
      at: new Date(this.nowMs).toISOString(),
      phase: this.#phase,
      ...body,
    });
    return this;
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  at(ms: number): this {
    this.nowMs = ms;
    return this;
  }

  /** Ends the running phase and begins the next one; `fault` makes it one with a fault. */
  phase(name: string, options: { fault?: string; params?: unknown; lastsMs?: number } = {}): this {
    this.#endPhase();
    this.#phase = name;
    const index = this.#scenario.phases.length;
    const where = {};
    const faults =
      options.fault === undefined
        ? []
        : [
            {
              id: `${name}/1`,
              fault: options.fault,
              params: options.params ?? {},
              where,
              chance: 1,
              atMost: undefined,
            },
          ];
    this.#scenario.phases.push({ name, lastsMs: options.lastsMs ?? 0, faults });
    return this.event({ type: "phase_started", name, index });
  }

  #endPhase(): void {
    if (this.#scenario.phases.at(-1)?.name === this.#phase) this.event({ type: "phase_ended", name: this.#phase });
  }

  received(call: string, options: ReceivedOptions = {}): this {
    this.after(options.afterMs ?? 0);
    const earlier = options.retryOf === undefined ? undefined : this.#received.get(options.retryOf);
    const joins = {
      trace_id: options.trace ?? earlier?.joins.trace_id,
      call_id: options.callId ?? earlier?.joins.call_id,
      identity: options.identity ?? earlier?.joins.identity,
      retry_count: options.count,
    };
    const body: Body<"call_received"> = {
      call,
      head_at_ms: options.headAtMs ?? this.nowMs,
      method: "POST",
      path: "/v1/chat/completions",
      dialect: options.dialect ?? "openai-chat",
      provider: options.provider ?? earlier?.provider ?? "openai",
      model: options.model ?? earlier?.model ?? "big",
      stream: options.stream ?? earlier?.stream ?? true,
      tools: options.tools ?? false,
      input_tokens: options.inputTokens ?? 100,
      charge: 100,
      key_hash: options.key ?? earlier?.key_hash ?? "k1",
      body_hash: options.body ?? earlier?.body_hash ?? `body of ${call}`,
      prompt_hash: options.prompt ?? earlier?.prompt_hash ?? `prompt of ${options.body ?? call}`,
      joins: Object.fromEntries(Object.entries(joins).filter(([, value]) => value !== undefined)),
    };
    this.#received.set(call, body);
    return this.event({ type: "call_received", ...body });
  }

  /** The answer's end. A status from 400 on is a refusal. */
  replied(call: string, status: number, options: RepliedOptions = {}): this {
    this.after(options.afterMs ?? 0);
    const { how = "complete", fault } = options;
    if (fault !== undefined) this.#faulted(call, fault);
    if (status >= 400) this.#refused(call, status, options);
    else this.event({ type: "call_admitted", call, readings: options.readings ?? [] });
    if (options.ttftMs !== undefined) this.event({ type: "first_content", call, ttft_ms: options.ttftMs });
    const lastByte = this.nowMs;
    this.after(options.noticedAfterMs ?? 0);
    const tail = options.tail;
    if (options.cost !== undefined) {
      const tokens = { input_tokens: 100, output_tokens: 20, estimated: false };
      this.event({ type: "cost_settled", call, kind: "live", ...tokens, ...options.cost });
    }
    return this.event({
      type: "reply_ended",
      call,
      status,
      how,
      last_byte_at_ms: lastByte,
      bytes: 10,
      events: 1,
      tokens: options.tokens ?? 20,
      finish: options.finish ?? (how === "complete" && status >= 200 && status < 300),
      error_in_stream: options.errorInStream ?? false,
      ...(tail === undefined ? {} : { text_tail: tail }),
      text_length: options.textLength ?? tail?.length ?? 0,
      ...(options.tailOf === undefined ? {} : { tail_of: options.tailOf }),
    });
  }

  #faulted(call: string, fault: string): void {
    const rule = `${this.#phase}/1`;
    this.event({ type: "fault_chosen", call, rule, fault, decision: `${rule}/1` });
    this.event({ type: "fault_applied", call, rule, fault, bytes: 0, events: 0, tokens: 0 });
  }

  #refused(call: string, status: number, options: RepliedOptions): void {
    this.event({
      type: "call_refused",
      call,
      origin: options.origin ?? "scripted",
      trouble: options.trouble ?? (status === 429 ? "rate_limit" : "server_error"),
      status,
      ...(status === 429 ? { dimension: options.dimension ?? "tpm" } : {}),
      ...(options.announced === undefined ? {} : { announced_ms: options.announced }),
      synthetic: true,
    });
  }

  /** Trace and call id are `trace-<id>` and `call-<id>`. */
  front(front: string, options: Partial<Body<"front_door_started">> = {}): this {
    const times = { due_at_ms: this.nowMs, started_at_ms: this.nowMs };
    const joins = { trace_id: `trace-${front}`, call_id: `call-${front}` };
    return this.event({ type: "front_door_started", front, ...joins, ...times, ...options });
  }

  frontEnded(front: string, status: number, options: Partial<Body<"front_door_ended">> = {}): this {
    return this.event({
      type: "front_door_ended",
      front,
      at_ms: this.nowMs,
      status,
      how: "complete",
      bytes: 10,
      matched: {},
      text_tails: [],
      provider_text: false,
      secret_shown: false,
      ...options,
    });
  }

  /** The loop of the proxy was late by that much until now. */
  delayed(lateMs: number): this {
    return this.event({ type: "self_delay", who: "proxy", late_ms: lateMs, busy: 1 });
  }

  ended(why: Body<"run_ended">["why"] = "completed"): this {
    this.#endPhase();
    this.#phase = "drain";
    return this.event({ type: "run_ended", why });
  }

  history(): History {
    return foldHistory(this.events);
  }
}

export const story = (options?: StoryOptions) => new Story(options);
