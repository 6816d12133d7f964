import { request } from "undici";
import type { Clock } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import type { Family, Labels, Point } from "./family.ts";

/** Metrics over OTLP (HTTP, JSON), as the standard `OTEL_*` variables say. */
export interface OtlpSettings {
  url: string;
  headers: Readonly<Record<string, string>>;
  everyMs: number;
  timeoutMs: number;
  /** `service.name` and the like. */
  resource: Labels;
}

export interface OtlpExport {
  /** Sends the last state. */
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Undefined unless an endpoint is set. Throws a UserError naming the variable for a protocol or an endpoint that this
 * cannot use. The header variables hold credentials: they are never printed.
 */
export function otlpSettings(env: Environment): OtlpSettings | undefined {
  const own = env["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];
  const base = env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  const off = env["OTEL_SDK_DISABLED"] === "true" || env["OTEL_METRICS_EXPORTER"] === "none";
  if (off || (!own && !base)) return undefined;
  const variable = own ? "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT" : "OTEL_EXPORTER_OTLP_ENDPOINT";
  // Only the general endpoint is a base; the one for metrics is taken as it is.
  const url = own || `${base?.replace(/\/+$/, "")}/v1/metrics`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UserError(`${variable} is no http URL`, { hint: "for example http://127.0.0.1:4318" });
  }
  const protocol = env["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] ?? env["OTEL_EXPORTER_OTLP_PROTOCOL"] ?? "http/json";
  if (protocol === "grpc") {
    throw new UserError("OTEL_EXPORTER_OTLP_PROTOCOL is grpc; llm-chaos sends http/json", {
      hint: "collectors listen for it on port 4318: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json",
    });
  }
  return {
    url,
    headers: pairs(env["OTEL_EXPORTER_OTLP_METRICS_HEADERS"] ?? env["OTEL_EXPORTER_OTLP_HEADERS"]),
    everyMs: positive(env["OTEL_METRIC_EXPORT_INTERVAL"], 60_000),
    timeoutMs: positive(env["OTEL_EXPORTER_OTLP_METRICS_TIMEOUT"] ?? env["OTEL_EXPORTER_OTLP_TIMEOUT"], 10_000),
    resource: {
      "service.name": env["OTEL_SERVICE_NAME"] || "llm-chaos",
      ...pairs(env["OTEL_RESOURCE_ATTRIBUTES"]),
    },
  };
}

/** Sends every interval, and once more at the end. What cannot be sent is told once; the run goes on without. */
export function startOtlp(
  settings: OtlpSettings,
  { families, clock, onTrouble }: { families(): Family[]; clock: Clock; onTrouble(why: string): void },
): OtlpExport {
  const startNs = nanos(clock.wallMs());
  let told = false;
  let sending: Promise<void> | undefined;
  const send = async () => {
    const body = JSON.stringify(
      toOtlp(families(), { startNs, nowNs: nanos(clock.wallMs()), resource: settings.resource }),
    );
    try {
      const { statusCode, body: answer } = await request(settings.url, {
        method: "POST",
        headers: { ...settings.headers, "content-type": "application/json" },
        body,
        signal: AbortSignal.timeout(settings.timeoutMs),
      });
      await answer.dump();
      if (statusCode >= 300) throw new Error(`it answered ${statusCode}`);
    } catch (error) {
      if (!told)
        onTrouble(error instanceof Error ? ("code" in error && String(error.code)) || error.message : "unknown");
      told = true;
    }
  };
  const beat = () => {
    // A slow collector gets the next state later, never two at once.
    sending ??= send().finally(() => {
      sending = undefined;
    });
    cancel = clock.after(settings.everyMs, beat);
  };
  let cancel = clock.after(settings.everyMs, beat);
  return {
    async close() {
      cancel();
      await sending;
      await send();
    },
  };
}

const CUMULATIVE = 2;

/** An ExportMetricsServiceRequest. 64-bit numbers are strings in OTLP's JSON. */
export function toOtlp(
  families: readonly Family[],
  { startNs, nowNs, resource }: { startNs: string; nowNs: string; resource: Labels },
): object {
  const times = { startTimeUnixNano: startNs, timeUnixNano: nowNs };
  const metrics = families
    .filter(({ points }) => points.length > 0)
    .map(({ name, help, unit, type, points }) => {
      const dataPoints = points.map((point) => ({
        attributes: attributes(point.labels),
        ...times,
        ...amountOf(point),
      }));
      const common = { name, description: help, unit };
      if (type === "gauge") return { ...common, gauge: { dataPoints } };
      if (type === "histogram") return { ...common, histogram: { aggregationTemporality: CUMULATIVE, dataPoints } };
      return { ...common, sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints } };
    });
  return {
    resourceMetrics: [
      { resource: { attributes: attributes(resource) }, scopeMetrics: [{ scope: { name: "llm-chaos" }, metrics }] },
    ],
  };
}

function amountOf({ value }: Point): object {
  if (typeof value === "number") return { asDouble: value };
  const { bounds, counts, sum, count } = value;
  return { count: String(count), sum, explicitBounds: bounds, bucketCounts: counts.map(String) };
}

function attributes(labels: Labels) {
  const given = Object.entries(labels).filter(([, value]) => value !== "");
  return given.map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** `key=value,key=value`, percent-encoded. */
function pairs(text: string | undefined): Record<string, string> {
  const entries = (text ?? "").split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[decoded(pair.slice(0, at).trim()), decoded(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(entries);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : otherwise;
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms)) * 1_000_000n);
}
