import type { Distribution, Family, Labels, Point } from "./family.ts";

export const PROMETHEUS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

const UNITS: Readonly<Record<string, string>> = { s: "_seconds", By: "_bytes", USD: "_usd" };

/** The text exposition format, with names as OpenTelemetry's compatibility rules make them: `gen_ai_client_operation_duration_seconds`. */
export function toPrometheus(families: readonly Family[]): string {
  return families.map(familyText).join("");
}

export function prometheusName({ name, unit, type }: Pick<Family, "name" | "unit" | "type">): string {
  return `${underscored(name)}${UNITS[unit] ?? ""}${type === "counter" ? "_total" : ""}`;
}

function familyText(family: Family): string {
  const name = prometheusName(family);
  const head = `# HELP ${name} ${family.help}\n# TYPE ${name} ${family.type}\n`;
  return head + family.points.flatMap((point) => pointLines(name, point)).join("");
}

function pointLines(name: string, { labels, value }: Point): string[] {
  if (typeof value === "number") return [`${name}${labelText(labels)} ${value}\n`];
  return histogramLines(name, labels, value);
}

function histogramLines(name: string, labels: Labels, { bounds, counts, sum, count }: Distribution): string[] {
  let below = 0;
  const buckets = bounds.map((bound, n) => {
    below += counts[n] ?? 0;
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}\n`;
  });
  return [
    ...buckets,
    `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}\n`,
    `${name}_sum${labelText(labels)} ${sum}\n`,
    `${name}_count${labelText(labels)} ${count}\n`,
  ];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).flatMap(([name, value]) =>
    value === "" ? [] : [`${underscored(name)}="${escaped(value)}"`],
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function underscored(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, "_");
}

/** Models are named by clients: whatever they write must stay one label of one line. */
function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
