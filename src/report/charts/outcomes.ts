import type { Outcome } from "../../core/history.ts";
import type { Report } from "../../core/report.ts";
import type { Fill } from "../svg/index.ts";

/** How each outcome is filled, best first. Served calls are pale, so that the eye goes to the rest. */
export const OUTCOME_FILLS: readonly { outcome: Outcome; fill: Fill }[] = [
  { outcome: "served", fill: { texture: "pale", tone: "ok" } },
  { outcome: "shed", fill: { texture: "rows", tone: "near" } },
  { outcome: "failed", fill: { texture: "solid", tone: "bad" } },
  { outcome: "cut", fill: { texture: "columns", tone: "bad" } },
  { outcome: "hung", fill: { texture: "hollow", tone: "idle" } },
];

/** One kind of call in a chart: the field that counts it, and how it looks. */
export interface Kind {
  key: Outcome | "refused";
  word: string;
  fill: Fill;
}

/** What a chart over time stacks. Without a front door only the provider's side is known: attempts answered whole, and refused. */
export function kindsOf({ calls }: Pick<Report, "calls">): readonly Kind[] {
  if (calls.frontDoor > 0) return OUTCOME_FILLS.map(({ outcome, fill }) => ({ key: outcome, word: outcome, fill }));
  return [
    { key: "served", word: "attempts answered whole", fill: { texture: "pale", tone: "ok" } },
    { key: "refused", word: "attempts refused", fill: { texture: "rows", tone: "near" } },
  ];
}

export const FAULT_FILL: Fill = { texture: "hatch", tone: "fault" };

/** Every texture that the charts use. */
export const ALL_FILLS: readonly Fill[] = [...OUTCOME_FILLS.map(({ fill }) => fill), FAULT_FILL];
