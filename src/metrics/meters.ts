import type { ChaosEvent } from "../core/event.ts";
import { BOUNDS, operationName, providerName } from "./names.ts";
import { createCounter, createHistogram } from "./series.ts";

export type Meters = ReturnType<typeof createMeters>;

/** Everything that is counted, by its name. */
export function createMeters() {
  return {
    duration: createHistogram({
      name: "gen_ai.client.operation.duration",
      help: "From the request's head to the last byte that the app got, faults and limits included",
      unit: "s",
      bounds: BOUNDS.duration,
    }),
    firstToken: createHistogram({
      name: "gen_ai.server.time_to_first_token",
      help: "From the request's head to the first content, of streams, as sent to the app",
      unit: "s",
      bounds: BOUNDS.firstToken,
    }),
    perToken: createHistogram({
      name: "gen_ai.server.time_per_output_token",
      help: "After the first token, of streams",
      unit: "s",
      bounds: BOUNDS.perToken,
    }),
    tokens: createHistogram({
      name: "gen_ai.client.token.usage",
      help: "Tokens as replies told them",
      unit: "{token}",
      bounds: BOUNDS.tokens,
    }),
    replies: createCounter({
      name: "llm_chaos.replies",
      help: "Attempts that ended, by what the app's connection saw",
    }),
    retries: createCounter({ name: "llm_chaos.retries", help: "Attempts that repeat one that did not deliver" }),
    refusals: createCounter({
      name: "llm_chaos.refusals",
      help: "Refusals by status, dimension and origin: counted, scripted, provider or budget",
    }),
    faultsApplied: createCounter({ name: "llm_chaos.faults.applied", help: "Faults that met a call" }),
    faultsLost: createCounter({ name: "llm_chaos.faults.lost", help: "Faults that were chosen and could not act" }),
    upstreamFailures: createCounter({
      name: "llm_chaos.upstream.failures",
      help: "Upstream calls without a whole reply",
    }),
    selfDelay: createHistogram({
      name: "llm_chaos.self_delay",
      help: "Half seconds in which the event loop of proxy or driver was late",
      unit: "s",
      bounds: [0.02, 0.05, 0.1, 0.2, 0.5, 1],
    }),
  };
}

export function whose({ provider }: ChaosEvent<"call_received">) {
  return { "gen_ai.provider.name": providerName(provider) };
}

export function modelOf(received: ChaosEvent<"call_received">) {
  return {
    "gen_ai.operation.name": operationName(received.dialect),
    ...whose(received),
    "gen_ai.request.model": received.model,
  };
}

/** Attribute `error.type`; empty (in Prometheus: no such label) for a good end. Few values: a status, or how the connection broke. */
export function errorType({ status, how, error_in_stream }: ChaosEvent<"reply_ended">): string {
  if (how !== "complete") return how;
  if (status >= 400 || status === 0) return String(status);
  return error_in_stream ? "error_in_stream" : "";
}
