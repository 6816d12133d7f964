import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { createMetrics, otlpSettings, startOtlp } from "../../src/metrics/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { eventually } from "../support/proxy.ts";
import { chat, openSession } from "../support/session.ts";

async function startCollector(status = 200) {
  const taken: { path: string; headers: Record<string, unknown>; body: never }[] = [];
  const server = createServer(async (request, response) => {
    taken.push({ path: request.url ?? "", headers: request.headers, body: (await json(request)) as never });
    response.writeHead(status).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

it("is off without an endpoint, and takes the standard variables", () => {
  expect(otlpSettings({})).toBeUndefined();
  expect(otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_METRICS_EXPORTER: "none" })).toBeUndefined();
  expect(
    otlpSettings({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318/",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b, x-other = c",
      OTEL_METRIC_EXPORT_INTERVAL: "5000",
      OTEL_SERVICE_NAME: "game-day",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=staging",
    }),
  ).toEqual({
    url: "http://c:4318/v1/metrics",
    headers: { "x-key": "a b", "x-other": "c" },
    everyMs: 5_000,
    timeoutMs: 10_000,
    resource: { "service.name": "game-day", "deployment.environment": "staging" },
  });
  const own = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://c/m", OTEL_EXPORTER_OTLP_ENDPOINT: "http://c" };
  expect(otlpSettings(own)?.url).toBe("https://c/m");
});

it("says which variable it cannot use, without what stands in it", () => {
  const endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
  expect(() => otlpSettings({ [endpoint]: "secret-canary" })).toThrow(/^OTEL_EXPORTER_OTLP_ENDPOINT is no http URL$/);
  expect(() => otlpSettings({ [endpoint]: "http://c", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" })).toThrow(/grpc/);
});

it("sends what a session counts to a collector, and the last state at the end", async () => {
  const collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: "x-key=canary-of-collector" };
  const { session } = await openSession();
  await chat(session.proxy.url, { stream: true });
  const clock = createFakeClock();
  const metrics = createMetrics();
  for (const event of session.log.since(0)) metrics.add(event);
  const settings = otlpSettings(env);
  if (settings === undefined) throw new Error("no settings");
  const troubles: string[] = [];
  const sender = startOtlp(settings, {
    families: metrics.families,
    clock,
    onTrouble: (why) => void troubles.push(why),
  });
  await clock.advance(60_000);
  await eventually(() => collector.taken.length === 1, "the first export");
  await sender.close();
  expect(collector.taken).toHaveLength(2);
  expect(troubles).toEqual([]);
  expect(collector.taken[0]).toMatchObject({ path: "/v1/metrics", headers: { "x-key": "canary-of-collector" } });
  expect(collector.taken[1]?.body).toMatchObject({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: "service.name", value: { stringValue: "llm-chaos" } }] },
        scopeMetrics: [
          {
            metrics: expect.arrayContaining([
              expect.objectContaining({
                name: "gen_ai.client.operation.duration",
                unit: "s",
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [expect.objectContaining({ count: "1", bucketCounts: expect.arrayContaining(["1"]) })],
                },
              }),
              expect.objectContaining({
                name: "llm_chaos.replies",
                sum: expect.objectContaining({ isMonotonic: true }),
              }),
            ]),
          },
        ],
      },
    ],
  });
});

it("tells once that a collector does not take them, and goes on", async () => {
  const collector = await startCollector(503);
  const clock = createFakeClock();
  const troubles: string[] = [];
  const settings = otlpSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  if (settings === undefined) throw new Error("no settings");
  const sender = startOtlp(settings, { families: () => [], clock, onTrouble: (why) => void troubles.push(why) });
  await clock.advance(60_000);
  await eventually(() => troubles.length === 1, "the trouble");
  await sender.close();
  expect(troubles).toEqual(["it answered 503"]);
  expect(collector.taken).toHaveLength(2);
});
