import { UserError } from "../core/errors.ts";
import type { FaultRule } from "../core/scenario.ts";
import { parseFaultLine } from "../scenario/index.ts";
import type { SessionOptions } from "./options.ts";
import type { UpstreamChoice } from "./upstream-choice.ts";

/**
 * Refuses a position by share where every upstream is live: a share of a reply that is still being made is known to nobody.
 * With a stub among them the rule may meet it; on a live one it is then not exercised.
 */
export function refuseShareOnLive(
  rules: readonly Pick<FaultRule, "id" | "fault" | "params">[],
  upstreams: readonly Pick<UpstreamChoice, "kind">[],
): void {
  if (upstreams.some(({ kind }) => kind !== "live")) return;
  const rule = rules.find(({ params }) => isByShare(params));
  if (rule === undefined) return;
  throw new UserError(`${rule.id}: ${rule.fault} stands after a share of the reply, and the upstream is live`, {
    hint: "how long a live reply will be, nobody knows: say after: { tokens: 20 }, or use --upstream stub",
  });
}

/** All that a session knows before its first call. */
export function rulesOf({ filled, faults }: Pick<SessionOptions, "filled" | "faults">): FaultRule[] {
  return [
    ...filled.phases.flatMap((phase) => phase.faults),
    ...faults.map((fault) => parseFaultLine(fault, { id: "--fault" })),
  ];
}

function isByShare(params: unknown): boolean {
  const after = typeof params === "object" && params !== null && "after" in params ? params.after : undefined;
  return typeof after === "object" && after !== null && "share" in after;
}
