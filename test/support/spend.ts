import type { BudgetCaps } from "../../src/core/spend.ts";
import { createPriceList } from "../../src/prices/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createBudgetGuard, createSpendMeter, NO_CAPS } from "../../src/spend/index.ts";

/** US dollars per million tokens of every model but `unpriced`. */
export const TEST_PRICE = { input: 1, output: 3 };

/** A meter with plain prices, under these caps. */
export function spendMeter(caps: Partial<BudgetCaps> = {}, assumeMaxOutput?: number) {
  const clock = createSystemClock();
  const guard = createBudgetGuard({ clock, caps: { ...NO_CAPS, ...caps } });
  const priced = createPriceList({ own: { "*": TEST_PRICE }, wallMs: clock.wallMs });
  const prices: typeof priced = {
    priceOf: (model, usage) => (model.model === "unpriced" ? undefined : priced.priceOf(model, usage)),
  };
  return { guard, meter: createSpendMeter({ prices, guard, assumeMaxOutput }) };
}
