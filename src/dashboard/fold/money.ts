import type { ChaosEvent } from "../../core/event.ts";
import type { Money } from "../view.ts";
import type { Attempt } from "./attempt.ts";

/** Ended calls whose cost may still come. */
const MOST_REMEMBERED = 2_000;

/** What was spent, what stub and replay saved, and what bought no whole answer. */
export class Purse {
  #spent: number | undefined;
  #saved: number | undefined;
  #wastedUsd = 0;
  #wastedTokens = 0;
  #input = 0;
  #output = 0;
  #unpriced = 0;
  #budgetUsd: number | undefined;
  /** Ended without a whole answer; the price is told before or after the end. */
  readonly #failed = new Set<string>();

  started({ budget }: ChaosEvent<"run_started">): void {
    this.#budgetUsd = budget?.usd;
  }

  settled(
    { kind, usd, call, input_tokens, output_tokens }: ChaosEvent<"cost_settled">,
    open: Attempt | undefined,
  ): void {
    this.#input += input_tokens;
    this.#output += output_tokens;
    if (usd === undefined) {
      this.#unpriced++;
      return;
    }
    if (kind !== "live") {
      this.#saved = (this.#saved ?? 0) + usd;
      return;
    }
    this.#spent = (this.#spent ?? 0) + usd;
    if (open !== undefined) open.costUsd = usd;
    else if (this.#failed.delete(call)) this.#wastedUsd += usd;
  }

  replied(attempt: Attempt): void {
    if (attempt.delivered || !attempt.upstreamAnswered) return;
    this.#wastedTokens += (attempt.usage?.input ?? attempt.inputTokens) + attempt.tokens;
    if (attempt.costUsd !== undefined) {
      this.#wastedUsd += attempt.costUsd;
      return;
    }
    this.#failed.add(attempt.call);
    if (this.#failed.size > MOST_REMEMBERED) this.#failed.delete(this.#failed.values().next().value ?? "");
  }

  view(): Money {
    return {
      spentUsd: this.#spent,
      savedUsd: this.#saved,
      wastedUsd: this.#wastedUsd,
      wastedTokens: this.#wastedTokens,
      inputTokens: this.#input,
      outputTokens: this.#output,
      unpriced: this.#unpriced,
      budgetUsd: this.#budgetUsd,
    };
  }
}
