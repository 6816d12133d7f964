import type { LogicalCall } from "../../core/history.ts";

/** Where a call goes: provider and model. */
export interface Place {
  provider: string;
  model: string;
}

export function placeOf({ attempts: [first] }: LogicalCall): Place {
  return { provider: first?.received.provider ?? "", model: first?.received.model ?? "" };
}

export function deliveredByFallback({ follows, attempts }: LogicalCall): boolean {
  return follows?.kind === "fallback" && attempts.at(-1)?.delivered === true;
}

/** The call that a fallback, through others perhaps, stands in for; itself when it stands in for none. */
export function rootFinder(calls: readonly LogicalCall[]): (call: LogicalCall) => LogicalCall {
  const byId = new Map(calls.map((call) => [call.id, call]));
  return (call) => {
    let root = call;
    // Links point back in time, so this ends.
    for (let before = byId.get(root.follows?.logical ?? ""); before !== undefined; ) {
      root = before;
      before = byId.get(root.follows?.logical ?? "");
    }
    return root;
  };
}
