export type { Family, Point } from "./family.ts";
export { createMetrics, type Metrics, type MetricsSummary } from "./fold.ts";
export { type OtlpExport, otlpSettings, startOtlp } from "./otlp.ts";
export { PROMETHEUS_TYPE, prometheusName, toPrometheus } from "./prometheus.ts";
export { gauge } from "./series.ts";
