import type { ChaosEvent } from "../core/event.ts";
import type { Family } from "./family.ts";
import { createMeters, modelOf, whose } from "./meters.ts";
import { createQuantiles } from "./quantiles.ts";
import { createRepeats } from "./repeats.ts";
import { createReplies, type OpenAttempt } from "./replies.ts";

export interface Metrics {
  /** Costs the same for every event, however long the run. */
  add(event: ChaosEvent): void;
  families(): Family[];
  /** For load tools' thresholds. */
  summary(): MetricsSummary;
}

export interface MetricsSummary {
  attempts: number;
  retries: number;
  in_flight: number;
  completions: { with_finish: number; without_finish: number };
  refused_429: Record<string, number>;
  ttft_ms: Percentiles;
  inter_token_ms: Percentiles;
  tokens: { input: number; output: number };
}

type Percentiles = { p50: number | null; p95: number | null; p99: number | null };

/** Counters and distributions of a run, from its events alone. */
export function createMetrics(): Metrics {
  const meters = createMeters();
  const open = new Map<string, OpenAttempt>();
  const repeats = createRepeats();
  const ttft = createQuantiles();
  const replies = createReplies(meters);
  const counts = { attempts: 0, retries: 0 };
  const refused429 = new Map<string, number>();

  const handlers: { [T in ChaosEvent["type"]]?: (event: ChaosEvent<T>) => void } = {
    call_received(event) {
      open.set(event.call, { received: event });
      counts.attempts++;
      if (!repeats.isRepeat(event)) return;
      counts.retries++;
      meters.retries.add(whose(event));
    },
    call_refused({ origin, dimension = "none", status }) {
      meters.refusals.add({ status: String(status), dimension, origin });
      if (status === 429) refused429.set(dimension, (refused429.get(dimension) ?? 0) + 1);
    },
    fault_applied: ({ fault }) => meters.faultsApplied.add({ fault }),
    fault_lost: ({ fault }) => meters.faultsLost.add({ fault }),
    upstream_failed: ({ stage, code }) => meters.upstreamFailures.add({ stage, code }),
    first_content(event) {
      const call = open.get(event.call);
      if (call === undefined) return;
      call.firstContentMs = call.received.head_at_ms + event.ttft_ms;
      if (!call.received.stream) return;
      ttft.add(event.ttft_ms);
      meters.firstToken.observe(modelOf(call.received), event.ttft_ms / 1_000);
    },
    usage_seen(event) {
      const call = open.get(event.call);
      if (call !== undefined) call.usage = event;
    },
    reply_ended(event) {
      const call = open.get(event.call);
      open.delete(event.call);
      if (call !== undefined) repeats.ended(call.received, replies.end(call, event));
    },
    self_delay: ({ who, late_ms }) => meters.selfDelay.observe({ who }, late_ms / 1_000),
  };

  return {
    add(event) {
      (handlers[event.type] as ((event: ChaosEvent) => void) | undefined)?.(event);
    },
    families: () => Object.values(meters).map((meter) => meter.family()),
    summary: () => ({
      attempts: counts.attempts,
      retries: counts.retries,
      in_flight: open.size,
      completions: replies.completions(),
      refused_429: Object.fromEntries(refused429),
      ttft_ms: percentilesOf(ttft),
      inter_token_ms: percentilesOf(replies.interToken),
      tokens: replies.tokens(),
    }),
  };
}

function percentilesOf(quantiles: ReturnType<typeof createQuantiles>): Percentiles {
  const at = (share: number) => {
    const value = quantiles.at(share);
    return value === undefined ? null : Math.round(value * 100) / 100;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
