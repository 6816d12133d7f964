import type { Distribution } from "../../core/distribution.ts";
import type { Position } from "../../core/schema.ts";
import { formatDuration, formatShare } from "../../core/units.ts";

/** Parameters in plain words, for `explain`. */

export function distributionWords(from: Distribution): string {
  switch (from.kind) {
    case "fixed":
      return formatDuration(from.ms);
    case "uniform":
      return `${formatDuration(from.minMs)} to ${formatDuration(from.maxMs)}`;
    case "normal":
      return `about ${formatDuration(from.meanMs)} (normal, ± ${formatDuration(from.sdMs)})`;
    case "lognormal":
      return `about ${formatDuration(from.medianMs)} (lognormal, sigma ${from.sigma})`;
    case "pareto":
      return `${formatDuration(from.minMs)} or more (pareto, alpha ${from.alpha})`;
    case "empirical":
      return `one of ${counted(from.valuesMs.length, "measured duration")}`;
  }
}

const NAMED: Readonly<Record<Extract<Position, string>, string>> = {
  tool_arguments: "inside the arguments of a tool call",
  before_finish: "before the finish",
  before_usage: "before the usage",
  before_done: "before the end marker",
};

export function positionWords(position: Position): string {
  if (typeof position === "string") return NAMED[position];
  if ("tokens" in position) return `after ${counted(position.tokens, "token")}`;
  if ("events" in position) return `after ${counted(position.events, "event")}`;
  if ("bytes" in position) return `after ${counted(position.bytes, "byte")}`;
  if ("share" in position) return `after ${formatShare(position.share)} of its tokens`;
  return `after the event ${position.event}${position.nth === 1 ? "" : ` number ${position.nth}`}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
