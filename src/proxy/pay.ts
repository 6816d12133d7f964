import type { LlmCall } from "../core/dialect.ts";
import { type BudgetRefusal, PER_MINUTE, type SpendRequest } from "../core/spend.ts";
import type { UpstreamKind } from "../core/upstream.ts";
import { answerMarked } from "./answer.ts";
import { CallBill } from "./bill.ts";
import type { Destination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";

/** Where a call goes that may go, and why there when it was meant for another. */
export interface Paid {
  to: Destination;
  because?: "mix" | "over_budget";
}

/** Puts the call on a bill. Beyond the budget it goes to the stand-in, where that is wanted. Undefined: refused, and answered. */
export function payFor(exchange: Exchange, place: Paid): Paid | undefined {
  const { to } = place;
  const { id, dialect, call, shared } = exchange;
  const { meter, standInOverBudget } = shared.options;
  if (meter === undefined || to.kind === undefined) return place;
  const opened = meter.open(requestOf(call, to.kind));
  if ("bill" in opened) {
    exchange.bill = new CallBill(opened.bill, { id, dialect, call, kind: to.kind, sink: shared.options.sink });
    return place;
  }
  if (standInOverBudget === true && to.standIn !== undefined) {
    return payFor(exchange, { to: to.standIn, because: "over_budget" });
  }
  refuse(exchange, opened.refusal);
  return undefined;
}

function requestOf(
  { provider, model, inputTokens, maxOutputTokens, choices }: LlmCall,
  kind: UpstreamKind,
): SpendRequest {
  return { kind, provider, model, inputTokens, maxOutputTokens, choices };
}

/** In the provider's dialect, but marked whatever was asked for: nobody may take it for the provider's wall. */
function refuse(exchange: Exchange, { unit, per, cap, used, requested, message }: BudgetRefusal): void {
  const { dialect, call, shared } = exchange;
  // Counted limits admitted it before; what it reserved there was never used.
  exchange.admission?.settle({ usage: { inputTokens: 0, outputTokens: 0 }, seenOutputTokens: 0 });
  exchange.admission = undefined;
  exchange.refusedHere = true;
  const reply = dialect.refuse({ kind: "budget", message }, call, exchange.replyContext());
  shared.options.sink.append({
    type: "call_refused",
    call: exchange.id,
    origin: "budget",
    trouble: "budget",
    status: reply.status,
    dimension: per === "run" ? unit : `${unit}${PER_MINUTE}`,
    limit: cap,
    used,
    requested,
    synthetic: false,
  });
  answerMarked(exchange, reply, "budget");
}
