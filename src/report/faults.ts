import type { History } from "../core/history.ts";
import type { Report } from "../core/report.ts";
import type { FaultRule } from "../core/scenario.ts";

/** Every rule of the scenario and every injected one, with its hits. A rule without a hit was not exercised. */
export function reportFaults(history: History): Report["faults"] {
  const rows = new Map<string, Report["faults"][number]>();
  for (const phase of history.scenario?.phases ?? []) {
    for (const rule of phase.faults) {
      rows.set(rule.id, {
        rule: rule.id,
        name: rule.fault,
        phase: phase.name,
        explained: inWords(rule),
        chosen: 0,
        hits: 0,
        lost: 0,
      });
    }
  }
  for (const attempt of history.attempts) {
    for (const fault of attempt.faults) {
      const row = rows.get(fault.rule) ?? {
        rule: fault.rule,
        name: fault.fault,
        phase: attempt.phase,
        explained: fault.fault,
        chosen: 0,
        hits: 0,
        lost: 0,
      };
      rows.set(fault.rule, row);
      row.chosen++;
      if (fault.appliedSeq !== undefined) row.hits++;
      if (fault.lostWhy !== undefined) row.lost++;
    }
  }
  return [...rows.values()];
}

/** `rate_limit { dimension: tpm, retry_after: 5s } where model gpt-4o, chance 50 %` */
function inWords(rule: FaultRule): string {
  const where = Object.entries(rule.where).map(([name, value]) => `${name} ${inFlowStyle(value)}`);
  const params = inFlowStyle(rule.params ?? {});
  const parts = [params === "{}" ? rule.fault : `${rule.fault} ${params}`];
  if (where.length > 0) parts.push(`where ${where.join(" and ")}`);
  if (rule.chance < 1) parts.push(`chance ${Math.round(rule.chance * 100)} %`);
  if (rule.atMost !== undefined) parts.push(`at most ${rule.atMost} times`);
  return parts.join(", ");
}

/** As YAML would write it on one line. */
function inFlowStyle(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inFlowStyle).join(", ")}]`;
  if (value === null || typeof value !== "object") return String(value);
  const entries = Object.entries(value).map(([name, inner]) => `${name}: ${inFlowStyle(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}
