import { written } from "../../core/describe-params.ts";
import type { ExpectationSpec, Scenario } from "../../core/scenario.ts";
import { formatDuration, parseDuration } from "../../core/units.ts";
import type { ChartRule } from "../view.ts";

const PERCENTILES = ["p50", "p95", "p99"];

/** The bounds that the scenario's `ttft` expectations set, to be drawn in the chart that shows what they speak of. */
export function rulesOf(scenario: Scenario | undefined): ChartRule[] {
  return (scenario?.expect ?? []).flatMap((spec) => (spec.name === "ttft" ? boundsOf(spec) : []));
}

function boundsOf({ params, where, in: phases }: ExpectationSpec): ChartRule[] {
  const given = Object(params) as Readonly<Record<string, unknown>>;
  const scope = [
    given["at"] === "front_door" ? " at the front door" : "",
    where === undefined ? "" : ` where ${written(where)}`,
  ].join("");
  return PERCENTILES.flatMap((percentile) => {
    const mostMs = parseDuration(String(given[percentile] ?? ""));
    if (mostMs === undefined) return [];
    return [{ label: `${percentile} ≤ ${formatDuration(mostMs)}${scope}`, mostMs, phases }];
  });
}
