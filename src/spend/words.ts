import { type BudgetCaps, type BudgetRefusal, type ModelName, SPEND_UNITS, type SpendUnit } from "../core/spend.ts";
import { formatCount, formatUsd } from "../core/units.ts";

/** `$2`, `500,000 tokens`, `1 request`. */
export function amountInWords(unit: SpendUnit, amount: number): string {
  if (unit === "usd") return formatUsd(amount);
  const noun = unit === "tokens" ? "token" : "request";
  return `${formatCount(amount)} ${noun}${amount === 1 ? "" : "s"}`;
}

/** `$2, 60 requests per minute`; empty without caps. */
export function capsInWords({ run, perMinute }: BudgetCaps): string {
  const words = SPEND_UNITS.flatMap((unit) => {
    const [whole, minute] = [run[unit], perMinute[unit]];
    return [
      ...(whole === undefined ? [] : [amountInWords(unit, whole)]),
      ...(minute === undefined ? [] : [`${amountInWords(unit, minute)} per minute`]),
    ];
  });
  return words.join(", ");
}

type Numbers = Omit<BudgetRefusal, "message"> & { unit: SpendUnit };

/** What the caller reads: whose refusal it is, the sum, and what would help. */
export function capMessage({ unit, per, cap, used, requested }: Numbers, unsettled: number): string {
  const span = per === "run" ? "this run" : "any 60 seconds";
  const sum = `${amountInWords(unit, used)} spent or reserved${unsettled > 0 ? ` (${amountInWords(unit, unsettled)} of it for calls in flight)` : ""}`;
  const own = unit === "requests" ? "" : `, and this call may take up to ${amountInWords(unit, requested)}`;
  return `llm-chaos refused this call, not the provider: the budget for ${span} is ${amountInWords(unit, cap)}; ${sum}${own}. ${ADVICE[unit]}`;
}

const ADVICE: Readonly<Record<SpendUnit, string>> = {
  usd: "Raise --budget-usd, or let the app set a maximum output (--assume-max-output counts where it does not).",
  tokens: "Raise --budget-tokens, or let the app set a maximum output (--assume-max-output counts where it does not).",
  requests: "Raise --budget-requests.",
};

export function unpricedMessage({ model, provider }: ModelName): string {
  return (
    `llm-chaos refused this call, not the provider: a budget in dollars is set, and no price is known for "${model}" (${provider}). ` +
    `Give one in llm-chaos.yaml: prices: { "${model}": { input: $…, output: $… } } per million tokens`
  );
}
