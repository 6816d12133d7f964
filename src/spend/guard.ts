import type { Clock } from "../core/clock.ts";
import { type BudgetCaps, type BudgetRefusal, type Caps, type ModelName, SPEND_UNITS } from "../core/spend.ts";
import { type CapsChange, capsMoney, changeCaps, NO_CAPS } from "./caps.ts";
import { type Amounts, createLedger, nothing } from "./ledger.ts";
import { capMessage, unpricedMessage } from "./words.ts";

/** What a call may need at most. */
export type Reservation = Omit<Amounts, "usd"> & {
  /** Undefined: no price is known. */
  usd: number | undefined;
};

export interface Held {
  /** What the call took. Returns by how much it went over what it had reserved. Of the two, one is called, once. */
  settle(taken: Amounts): Amounts;
  /** What it took is not known: all it reserved stays, or the estimate where that is more. Returns as `settle` does. */
  keep(estimate: Amounts): Amounts;
}

/** Everything about the budget that can be asked while it runs. Money in US dollars. */
export interface BudgetState {
  caps: BudgetCaps;
  /** Spent and reserved, by live calls of this run. */
  used: Amounts;
  /** The same, of the calls that began within the last 60 seconds. */
  lastMinute: Amounts;
  /** Part of `used` that belongs to calls in flight. */
  inFlight: Amounts;
  /** Part of `used` that was kept for calls that told no usage. */
  kept: Amounts;
  /** By how much usage exceeded what its calls had reserved. */
  overrun: Amounts;
  /** Calls it did not let through. */
  refused: number;
}

/**
 * The caps on live calls. A call reserves what it may take at most before it is sent, so that the sum of everything spent
 * and reserved never passes a cap, however many calls are open; when a call is over, what it took stands in its place.
 * That holds for money and tokens as long as no call takes more than it reserved; what one does is counted in `overrun`.
 */
export function createBudgetGuard({ clock, caps: given = NO_CAPS }: { clock: Clock; caps?: BudgetCaps | undefined }) {
  const ledger = createLedger(clock);
  const inFlight = nothing();
  const kept = nothing();
  const overrun = nothing();
  let caps = given;
  let refused = 0;

  /** The first cap that this would pass. */
  const refusalOf = (wanted: Amounts): BudgetRefusal | undefined => {
    const over =
      firstOver(wanted, { caps: caps.run, used: ledger.run, per: "run" }) ??
      firstOver(wanted, { caps: caps.perMinute, used: ledger.minute(), per: "minute" });
    return over && { ...over, message: capMessage(over, inFlight[over.unit]) };
  };

  const hold = (reserved: Amounts): Held => {
    const entry = ledger.enter(reserved);
    move(inFlight, reserved, 1);
    const settle = (taken: Amounts): Amounts => {
      move(inFlight, reserved, -1);
      ledger.correct(entry, taken);
      const over = above(taken, reserved);
      move(overrun, over, 1);
      return over;
    };
    return {
      settle,
      keep(estimate) {
        const most = larger(estimate, reserved);
        move(kept, most, 1);
        return settle(most);
      },
    };
  };

  return {
    admit(model: ModelName, { usd, tokens, requests }: Reservation): { held: Held } | { refusal: BudgetRefusal } {
      const wanted = { usd: usd ?? 0, tokens, requests };
      const refusal = usd === undefined && capsMoney(caps) !== undefined ? unpriced(model, caps) : refusalOf(wanted);
      if (refusal === undefined) return { held: hold(wanted) };
      refused++;
      return { refusal };
    },
    state: (): BudgetState => ({
      caps,
      used: { ...ledger.run },
      lastMinute: { ...ledger.minute() },
      inFlight: { ...inFlight },
      kept: { ...kept },
      overrun: { ...overrun },
      refused,
    }),
    set(change: CapsChange): void {
      caps = changeCaps(caps, change);
    },
  };
}

export type BudgetGuard = ReturnType<typeof createBudgetGuard>;

function firstOver(wanted: Amounts, at: { caps: Caps; used: Amounts; per: "run" | "minute" }) {
  for (const unit of SPEND_UNITS) {
    const cap = at.caps[unit];
    const used = at.used[unit];
    if (cap !== undefined && used + wanted[unit] > cap) {
      return { unit, per: at.per, cap, used, requested: wanted[unit] };
    }
  }
  return undefined;
}

function unpriced(model: ModelName, caps: BudgetCaps): BudgetRefusal {
  const per = caps.run.usd === undefined ? "minute" : "run";
  return { unit: "price", per, cap: capsMoney(caps) ?? 0, used: 0, requested: 0, message: unpricedMessage(model) };
}

function move(sums: Amounts, amounts: Amounts, sign: 1 | -1): void {
  for (const unit of SPEND_UNITS) sums[unit] += sign * amounts[unit];
}

function larger(a: Amounts, b: Amounts): Amounts {
  return {
    usd: Math.max(a.usd, b.usd),
    tokens: Math.max(a.tokens, b.tokens),
    requests: Math.max(a.requests, b.requests),
  };
}

function above(taken: Amounts, reserved: Amounts): Amounts {
  const over = nothing();
  for (const unit of SPEND_UNITS) over[unit] = Math.max(0, taken[unit] - reserved[unit]);
  return over;
}
