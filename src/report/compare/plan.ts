import type { PlanChange } from "../../core/comparison.ts";
import type { Report } from "../../core/report.ts";
import { formatCount } from "../../core/units.ts";

/** What of the plan is compared, each in words. The app's commit belongs to it: a difference is explained by what differs. */
const PARTS: readonly { what: string; of(report: Report): string }[] = [
  { what: "scenario", of: ({ scenario }) => scenario },
  { what: "upstream", of: ({ upstream: { kind, address } }) => (kind === address ? kind : `${kind} ${address}`) },
  { what: "limits", of: limitsOf },
  { what: "phases", of: ({ phases }) => phases.map(({ name }) => name).join(", ") || "none" },
  {
    what: "faults",
    of: ({ faults }) => unique(faults.map(({ rule, explained }) => `${rule}: ${explained}`)).join("; ") || "none",
  },
  { what: "front door", of: ({ app }) => app.frontDoor ?? "unknown" },
  { what: "app commit", of: ({ app }) => app.commit ?? "unknown" },
  { what: "llm-chaos", of: ({ versions }) => versions.llm_chaos },
];

export function changedPlan(before: readonly Report[], after: readonly Report[]): PlanChange[] {
  const parts = PARTS.map(({ what, of }) => ({ what, before: each(before, of), after: each(after, of) }));
  return [
    ...parts,
    { what: "seed", before: seedsOf(before), after: seedsOf(after) },
    { what: "repeats", before: String(before.length), after: String(after.length) },
  ].filter((part) => part.before !== part.after);
}

function limitsOf({ limits, limitChanges }: Report): string {
  const rows = limits.map(({ label, dimension, limit }) => `${label}: ${dimension} ${formatCount(limit)}`);
  const changed = limitChanges.length === 0 ? "" : ", changed during the run";
  return (rows.sort().join(", ") || "none counted") + changed;
}

/** Repeats of one run share their plan; where they do not, all of them are told. */
function each(reports: readonly Report[], of: (report: Report) => string): string {
  return unique(reports.map(of)).join(" | ");
}

/** Repeats have a seed each, counted up: the first one decides. */
function seedsOf([first]: readonly Report[]): string {
  return String(first?.seed ?? "unknown");
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words)];
}
