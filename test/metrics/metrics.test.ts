import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ChaosEvent } from "../../src/core/event.ts";
import { createMetrics, toPrometheus } from "../../src/metrics/index.ts";
import { story } from "../support/events.ts";

const ROOT = join(import.meta.dirname, "../..");

function fold(events: readonly ChaosEvent[]) {
  const metrics = createMetrics();
  for (const event of events) metrics.add(event);
  return metrics;
}

const received = (call: string, more: Partial<ChaosEvent<"call_received">> = {}) =>
  ({
    type: "call_received",
    call,
    head_at_ms: 1_000,
    method: "POST",
    path: "/v1/chat/completions",
    dialect: "openai-chat",
    provider: "azure",
    model: "sample",
    stream: true,
    tools: false,
    input_tokens: 10,
    charge: 10,
    key_hash: "",
    body_hash: `body-${call}`,
    prompt_hash: "p",
    joins: {},
    ...more,
  }) as ChaosEvent;

const ended = (call: string, more: Partial<ChaosEvent<"reply_ended">> = {}) =>
  ({
    type: "reply_ended",
    call,
    status: 200,
    how: "complete",
    last_byte_at_ms: 2_100,
    bytes: 10,
    events: 3,
    tokens: 11,
    finish: true,
    error_in_stream: false,
    ...more,
  }) as ChaosEvent;

const at = (type: string, more: object) => ({ type, ...more }) as unknown as ChaosEvent;

describe("the fold", () => {
  it("measures a streamed call by the GenAI conventions", () => {
    const text = toPrometheus(
      fold([
        received("c1"),
        at("first_content", { call: "c1", ttft_ms: 100 }),
        at("usage_seen", { call: "c1", input_tokens: 40, output_tokens: 11 }),
        ended("c1"),
      ]).families(),
    );
    const who = 'gen_ai_operation_name="chat",gen_ai_provider_name="azure.ai.openai",gen_ai_request_model="sample"';
    expect(text).toContain(`gen_ai_client_operation_duration_seconds_sum{${who}} 1.1\n`);
    expect(text).toContain(`gen_ai_server_time_to_first_token_seconds_bucket{${who},le="0.1"} 1\n`);
    expect(text).toContain(`gen_ai_server_time_to_first_token_seconds_bucket{${who},le="0.08"} 0\n`);
    // 1,000 ms over the ten tokens behind the first.
    expect(text).toContain(`gen_ai_server_time_per_output_token_seconds_sum{${who}} 0.1\n`);
    expect(text).toContain(`gen_ai_client_token_usage_sum{${who},gen_ai_token_type="output"} 11\n`);
    expect(text).toContain("# TYPE gen_ai_client_operation_duration_seconds histogram\n");
    expect(text).toContain('llm_chaos_replies_total{status="200",how="complete",finish="true"} 1\n');
  });

  it("tells errors, refusals, faults, retries and our own lateness apart", () => {
    const metrics = fold([
      received("c1", { stream: false }),
      at("call_refused", { call: "c1", origin: "scripted", trouble: "rate_limit", status: 429, dimension: "tpm" }),
      ended("c1", { status: 429, finish: true }),
      received("c2", { stream: false, body_hash: "body-c1" }),
      at("fault_applied", { call: "c2", fault: "truncate" }),
      at("fault_lost", { call: "c2", fault: "stall" }),
      ended("c2", { finish: false }),
      received("c3", { joins: { retry_count: 1 } }),
      at("upstream_failed", { call: "c3", code: "ECONNRESET", stage: "body" }),
      ended("c3", { status: 200, how: "cut", finish: false }),
      at("self_delay", { who: "proxy", late_ms: 30, busy: 0.9 }),
    ]);
    const text = toPrometheus(metrics.families());
    expect(text).toContain('llm_chaos_refusals_total{status="429",dimension="tpm",origin="scripted"} 1\n');
    expect(text).toContain('llm_chaos_faults_applied_total{fault="truncate"} 1\n');
    expect(text).toContain('llm_chaos_faults_lost_total{fault="stall"} 1\n');
    expect(text).toContain('llm_chaos_retries_total{gen_ai_provider_name="azure.ai.openai"} 2\n');
    expect(text).toContain('llm_chaos_upstream_failures_total{stage="body",code="ECONNRESET"} 1\n');
    expect(text).toMatch(/gen_ai_client_operation_duration_seconds_count\{.*error_type="429"\} 1\n/);
    expect(text).toMatch(/gen_ai_client_operation_duration_seconds_count\{.*error_type="cut"\} 1\n/);
    expect(text).toContain('llm_chaos_self_delay_seconds_count{who="proxy"} 1\n');
    expect(metrics.summary()).toMatchObject({
      attempts: 3,
      retries: 2,
      in_flight: 0,
      completions: { with_finish: 0, without_finish: 2 },
      refused_429: { tpm: 1 },
    });
  });

  it("keeps its size whatever clients call their models, and every line whole", () => {
    const metrics = createMetrics();
    for (let n = 0; n < 2_000; n++) {
      metrics.add(received(`c${n}`, { model: `m-${n}"\n\\` }));
      metrics.add(ended(`c${n}`));
    }
    const [duration] = metrics.families();
    expect(duration?.points.length).toBeLessThanOrEqual(201);
    const text = toPrometheus(metrics.families());
    expect(text).toContain('gen_ai_request_model="m-1\\"\\n\\\\"');
    expect(text).toContain('gen_ai_request_model="other"');
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) \S+ .+|[a-z_]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? [\d.e+-]+)$/);
    }
  });

  it("reads quantiles within two per cent", () => {
    const metrics = createMetrics();
    for (let n = 1; n <= 1_000; n++) {
      metrics.add(received(`c${n}`));
      metrics.add(at("first_content", { call: `c${n}`, ttft_ms: n }));
    }
    const { ttft_ms: ttft } = metrics.summary();
    expect(Math.abs((ttft.p50 ?? 0) / 500 - 1)).toBeLessThan(0.021);
    expect(Math.abs((ttft.p99 ?? 0) / 990 - 1)).toBeLessThan(0.021);
  });

  it("takes every event of a told story", () => {
    expect(() => fold(story().events)).not.toThrow();
  });
});

it("the Grafana dashboard asks for metrics and labels that exist", async () => {
  const { openSession, chat } = await import("../support/session.ts");
  const { session, running } = await openSession();
  await chat(session.proxy.url, { stream: true });
  session.log.append({ type: "self_delay", who: "proxy", late_ms: 30, busy: 0 });
  const reply = await fetch(`${running.pageUrl}metrics`, {
    headers: { authorization: `Bearer ${running.spectatorToken}` },
  });
  expect(reply.headers.get("content-type")).toContain("version=0.0.4");
  const text = await reply.text();
  const names = new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  const dashboard = readFileSync(join(ROOT, "examples/grafana-dashboard.json"), "utf8");
  const asked = [...dashboard.matchAll(/\b(?:llm_chaos|gen_ai)_[a-z_]+/g)]
    .map(([name]) => name)
    .filter((name) => !["gen_ai_token_type"].includes(name));
  expect(new Set(asked).size).toBeGreaterThan(14);
  for (const name of asked) expect(names, name).toContain(name);
});
