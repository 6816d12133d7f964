import { jsonAnswer, type Route } from "../control/index.ts";
import { SPEND_UNITS } from "../core/spend.ts";
import {
  createMetrics,
  type Family,
  gauge,
  otlpSettings,
  PROMETHEUS_TYPE,
  startOtlp,
  toPrometheus,
} from "../metrics/index.ts";
import { moneyStatus } from "./money-status.ts";
import type { Session } from "./session.ts";
import { VERSION } from "./version.ts";

export interface RunningMetrics {
  routes: Route[];
  close(): Promise<void>;
}

/** Counts what a session does: for `/metrics`, for load tools' thresholds, and for a collector where OTEL_* names one. */
export function openMetrics(session: Session): RunningMetrics {
  const settings = otlpSettings(session.options.env);
  const metrics = createMetrics();
  // Where nobody can ask, nothing is counted.
  if (settings !== undefined || session.options.control !== undefined) session.log.subscribe(metrics.add);
  const families = () => [...metrics.families(), ...gauges(session)];
  for (const value of Object.values(settings?.headers ?? {})) session.scrubber.register(value);
  const sender =
    settings &&
    startOtlp(settings, {
      families,
      clock: session.clock,
      onTrouble: (why) =>
        session.options.notify(`warning: metrics cannot be sent by OTLP: ${session.scrubber.scrub(why)}`),
    });
  return {
    routes: [
      {
        method: "GET",
        path: "/metrics",
        needs: "spectator",
        handle: () => ({ status: 200, headers: { "content-type": PROMETHEUS_TYPE }, body: toPrometheus(families()) }),
      },
      {
        method: "GET",
        path: "/runs/current/summary.json",
        needs: "spectator",
        handle: () => jsonAnswer({ run_id: session.folder.runId, ...metrics.summary(), ...moneyStatus(session) }),
      },
    ],
    close: async () => sender?.close(),
  };
}

/** What is asked for at the moment of looking. */
function gauges({ proxy, log, limiter, chooser, spent, budget }: Session): Family[] {
  const { caps, used } = budget.state();
  const { spentUsd, savedUsd, wastedTokens } = spent();
  const readings = limiter.readings();
  const plain = (name: string, help: string, value: number) => gauge({ name, help }, [{ labels: {}, value }]);
  return [
    gauge({ name: "llm_chaos.build.info", help: "The version that runs" }, [
      { labels: { version: VERSION }, value: 1 },
    ]),
    plain("llm_chaos.in_flight", "Calls that run now", proxy.inFlight()),
    plain("llm_chaos.event_log.seq", "Number of the last event", log.lastSeq),
    plain("llm_chaos.faults.active", "Faults that may meet a call now", chooser.active().length),
    gauge(
      { name: "llm_chaos.limit.max", help: "Counted limits, per dimension the tightest" },
      readings.map(({ dimension, limit }) => ({ labels: { dimension }, value: limit })),
    ),
    gauge(
      { name: "llm_chaos.limit.used", help: "What is used of it" },
      readings.map(({ dimension, used: value }) => ({ labels: { dimension }, value })),
    ),
    gauge(
      { name: "llm_chaos.budget.max", help: "Caps on live calls over the whole run" },
      SPEND_UNITS.flatMap((unit) =>
        caps.run[unit] === undefined ? [] : [{ labels: { unit }, value: caps.run[unit] }],
      ),
    ),
    gauge(
      { name: "llm_chaos.budget.used", help: "Spent and reserved by live calls" },
      SPEND_UNITS.map((unit) => ({ labels: { unit }, value: used[unit] })),
    ),
    gauge({ name: "llm_chaos.cost", help: "What live calls cost, and what stub and replay saved", unit: "USD" }, [
      { labels: { kind: "spent" }, value: spentUsd ?? 0 },
      { labels: { kind: "saved" }, value: savedUsd ?? 0 },
    ]),
    plain("llm_chaos.wasted_tokens", "Tokens of attempts that delivered nothing whole", wastedTokens),
  ];
}
