import type { ControlInput } from "../control/index.ts";
import type { Session } from "./session.ts";

/** What controllers see of the money, in the words of the control channel. US dollars. */
export function moneyStatus({ spent, budget }: Pick<Session, "spent" | "budget">) {
  const { spentUsd, savedUsd, wastedTokens, unpricedCalls } = spent();
  return {
    spent_usd: spentUsd,
    saved_usd: savedUsd,
    wasted_tokens: wastedTokens,
    unpriced_calls: unpricedCalls,
    budget: budgetStatus(budget),
  };
}

/** `budget.set`: a cap that is named is set, null takes it away, others stay. What was spent before counts. */
export function setBudget({ budget }: Pick<Session, "budget">, sent: ControlInput<"budget.set">) {
  const { per_minute: perMinute, ...run } = sent;
  budget.set({ run, perMinute });
  return budgetStatus(budget);
}

function budgetStatus(budget: Session["budget"]) {
  const { caps, used, lastMinute, inFlight, kept, overrun, refused } = budget.state();
  return {
    caps: { run: { ...caps.run }, per_minute: { ...caps.perMinute } },
    used,
    last_minute: lastMinute,
    in_flight: inFlight,
    kept,
    overrun,
    refused,
  };
}
