import type { Clock } from "../core/clock.ts";
import type { ChaosEvent } from "../core/event.ts";
import { PER_MINUTE, type SpendMeter } from "../core/spend.ts";
import { createSpendTally, type SpendTally } from "../core/spend-tally.ts";
import { formatCount, formatUsd } from "../core/units.ts";
import type { EventLog } from "../history/index.ts";
import { createPriceList, type Understood } from "../prices/index.ts";
import { type BudgetGuard, createBudgetGuard, createSpendMeter } from "../spend/index.ts";
import type { BudgetOptions, SessionOptions } from "./options.ts";

/** What calls cost, and the budget they are held to. */
export interface Spending {
  meter: SpendMeter;
  /** Caps can be changed while calls run; what was spent before counts. */
  budget: Pick<BudgetGuard, "state" | "set">;
  tally(): SpendTally;
}

type Options = Pick<SessionOptions, "app" | "budget" | "upstreams" | "notify">;

export function createSpending(options: Options, { clock, log }: { clock: Clock; log: EventLog }): Spending {
  const { app, budget, upstreams, notify } = options;
  const paid = upstreams.some(({ kind }) => kind === "live");
  const tally = createSpendTally();
  log.subscribe(tally.add);
  const prices = createPriceList({
    own: app?.prices,
    wallMs: clock.wallMs,
    onFirst({ model, provider }, understood) {
      // Where nothing is paid for, a made-up model needs no price.
      if (understood !== undefined || paid) notify(`price   ${model}: ${priceInWords(provider, understood)}`);
    },
  });
  const guard = createBudgetGuard({ clock, caps: budget?.caps });
  let overran = false;
  const meter = createSpendMeter({
    prices,
    guard,
    assumeMaxOutput: budget?.assumeMaxOutput,
    onOverrun(over, { model }) {
      if (overran) return;
      overran = true;
      const text = `a call of ${model} took ${formatCount(over.tokens)} tokens (${formatUsd(over.usd)}) more than it had reserved: the budget may be passed by as much. More of them are counted, not told`;
      log.append({ type: "warning", code: "budget_overrun", text });
    },
  });
  return { meter: tellingFirst(meter, log, budget?.over), budget: guard, tally: tally.read };
}

/** Why a scenario cannot go on: a cap over the whole run refused a call, and refuses from here on. Undefined for every other event. */
export function budgetEnd(event: ChaosEvent): string | undefined {
  if (event.type !== "call_refused" || event.origin !== "budget") return undefined;
  const { dimension, limit } = event;
  if (dimension === undefined || dimension.endsWith(PER_MINUTE)) return undefined;
  if (dimension === "price") return "a model has no known price";
  return dimension === "usd"
    ? `the cap of ${formatUsd(limit ?? 0)}`
    : `the cap of ${formatCount(limit ?? 0)} ${dimension}`;
}

function priceInWords(provider: string, understood: Understood | undefined): string {
  if (understood === undefined) {
    return `unknown (${provider}); its calls count as unpriced, not as free. Give one in llm-chaos.yaml under prices`;
  }
  const { pricedAs, input, output } = understood;
  return `as ${pricedAs}, ${formatUsd(input)} in and ${formatUsd(output)} out per million tokens`;
}

/** The first call that the budget stops is told to everybody; the others only to their callers. */
function tellingFirst(meter: SpendMeter, log: EventLog, over: BudgetOptions["over"] | undefined): SpendMeter {
  let told = false;
  return {
    ...meter,
    open(request) {
      const opened = meter.open(request);
      if ("refusal" in opened && !told) {
        told = true;
        const becomes = over === "stub" ? "such calls go to the stub from here on" : "such calls are refused";
        log.append({ type: "warning", code: "budget", text: `${opened.refusal.message} (${becomes})` });
      }
      return opened;
    },
  };
}
