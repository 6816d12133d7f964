import type { History } from "../../core/history.ts";
import type { Report } from "../../core/report.ts";
import { pointsOf, stepMsOf } from "../series.ts";

/**
 * How full each counted dimension was over time, at the steps of the series: the fullest reading of each step. A refusal is a
 * full bucket. Between calls nobody looked, so there is nothing to tell.
 */
export function reportUtilisation(history: History): Report["utilisation"] {
  const stepMs = stepMsOf(history);
  const rows = new Map<string, (number | null)[]>();
  const see = (dimension: string, atMs: number, share: number) => {
    const shares = rows.get(dimension) ?? new Array<number | null>(pointsOf(history)).fill(null);
    rows.set(dimension, shares);
    const index = Math.min(shares.length - 1, Math.max(0, Math.floor(atMs / stepMs)));
    shares[index] = Math.max(shares[index] ?? 0, Math.round(share * 1_000) / 1_000);
  };
  for (const { admitted, refused } of history.attempts) {
    for (const { dimension, used, limit } of admitted?.readings ?? [])
      see(dimension, admitted?.t_ms ?? 0, used / limit);
    if (refused?.origin === "counted" && refused.dimension !== undefined) see(refused.dimension, refused.t_ms, 1);
  }
  return [...rows].map(([dimension, shares]) => ({ dimension, shares }));
}
