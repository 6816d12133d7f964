import type { ChaosEvent } from "./event.ts";

/** What a run cost so far: a fold over the events, the same for everybody who shows it. */
export interface SpendTally {
  /** On live upstreams, in US dollars; null where nothing was priced. */
  spentUsd: number | null;
  /** What stub and replay would have cost live. */
  savedUsd: number | null;
  /** Tokens of attempts that delivered nothing whole. */
  wastedTokens: number;
  /** Calls whose model has no known price: unknown, not free. */
  unpricedCalls: number;
}

/** Takes one event after the other in; `read` tells the sums up to then. */
export function createSpendTally(): { add(event: ChaosEvent): void; read(): SpendTally } {
  const tally: SpendTally = { spentUsd: null, savedUsd: null, wastedTokens: 0, unpricedCalls: 0 };
  /** Settled calls whose end is not told yet: it follows at once. */
  const settled = new Map<string, number>();
  return {
    add(event) {
      if (event.type === "cost_settled") {
        addCost(tally, event);
        settled.set(event.call, event.input_tokens + event.output_tokens);
      } else if (event.type === "reply_ended") {
        const tokens = settled.get(event.call) ?? 0;
        settled.delete(event.call);
        if (!delivered(event)) tally.wastedTokens += tokens;
      }
    },
    read: () => ({ ...tally }),
  };
}

function addCost(tally: SpendTally, { kind, usd }: ChaosEvent<"cost_settled">): void {
  if (usd === undefined) tally.unpricedCalls++;
  else if (kind === "live") tally.spentUsd = (tally.spentUsd ?? 0) + usd;
  else tally.savedUsd = (tally.savedUsd ?? 0) + usd;
}

/** As the report has it: some clients close the connection at the terminator; they had everything. */
function delivered({ status, how, finish, error_in_stream }: ChaosEvent<"reply_ended">): boolean {
  const sawTheEnd = how === "complete" || how === "client_left";
  return status >= 200 && status < 300 && sawTheEnd && finish && !error_in_stream;
}
