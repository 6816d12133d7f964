import type { FrontDoorCall, History } from "../../core/history.ts";
import type { Way } from "./degraded-calls.ts";
import { counted } from "./words.ts";

/** Statuses by which services say that they are too busy. */
const TOO_BUSY = [429, 503];

/** Why a way that was asked for may have been taken without anybody seeing it; undefined when all would have been seen. */
export function whatCouldNotBeSeen(
  ways: readonly Way[],
  calls: readonly FrontDoorCall[],
  { app, queueRule }: History,
): string | undefined {
  const shedDeclared = app?.declares.shed ?? false;
  if (ways.includes("shed") && !shedDeclared) {
    if (ways.every((way) => way === "shed")) return "shedding cannot be seen: the app file has no shed_when";
    const perhaps = calls.filter(looksRefused);
    if (perhaps.length > 0)
      return `${counted(perhaps.length, "call")} may have been shed (status ${perhaps[0]?.ended?.status}): the app file has no shed_when to tell it by`;
  }
  const served = calls.some(({ outcome }) => outcome === "served");
  if (ways.includes("queue") && queueRule === undefined && served)
    return "queueing cannot be seen: it needs a quiet phase before the faults (or a ramp's lowest step) whose calls are joined to those of the front door";
  return undefined;
}

function looksRefused({ ended, logicalCalls }: FrontDoorCall): boolean {
  const attempts = logicalCalls.reduce((sum, call) => sum + call.attempts.length, 0);
  return ended?.how === "complete" && TOO_BUSY.includes(ended.status) && attempts <= 1 && !ended.provider_text;
}
