import { isDeepStrictEqual } from "node:util";
import type { Fault } from "../core/fault.ts";
import type { FaultRule, Where } from "../core/scenario.ts";
import { matchesGlob } from "../core/text.ts";

/** Conditions in which `*` may stand. */
const GLOBS: ReadonlySet<string> = new Set(["provider", "model", "path"] satisfies (keyof Where)[]);

/** The rule before it, if any, that ends every call that this one would meet. `rules` are those of one phase, in order. */
export function shadowOf(
  rule: FaultRule,
  rules: readonly FaultRule[],
  faults: ReadonlyMap<string, Fault>,
): FaultRule | undefined {
  if (isWait(faults.get(rule.fault))) return undefined;
  return rules.slice(0, rules.indexOf(rule)).find((earlier) => {
    const fault = faults.get(earlier.fault);
    if (fault?.final !== true || earlier.chance < 1 || earlier.atMost !== undefined) return false;
    const streams = rule.where.stream === true || faults.get(rule.fault)?.onlyStreams === true;
    return (fault.onlyStreams !== true || streams) && covers(earlier.where, rule.where);
  });
}

/** Waits add up before a call is ended, so none of them loses against what ends it. */
export function isWait(fault: Fault | undefined): boolean {
  return fault?.acts === "call" && !fault.final;
}

/** Every call that `narrow` means, `wide` means too. Not sure: false. */
function covers(wide: Where, narrow: Where): boolean {
  if (wide.nth !== undefined || wide.first !== undefined) return false;
  return Object.entries(wide).every(([key, wanted]) => {
    const own = narrow[key as keyof Where];
    if (isDeepStrictEqual(wanted, own)) return true;
    if (!GLOBS.has(key)) return false;
    return typeof own === "string" && !own.includes("*") && matchesGlob(String(wanted), own);
  });
}
