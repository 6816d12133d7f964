import { type BudgetCaps, type Caps, SPEND_UNITS } from "../core/spend.ts";

export const NO_CAPS: BudgetCaps = { run: {}, perMinute: {} };

/** A change of caps: what is named is set, null takes a cap away, the others stay. */
export type CapsChange = {
  [Per in keyof BudgetCaps]?: { [Unit in keyof Caps]: number | null | undefined } | undefined;
};

/** The later wins, cap by cap. */
export function changeCaps(before: BudgetCaps, change: CapsChange): BudgetCaps {
  const merged = (per: keyof BudgetCaps): Caps => {
    const caps: Caps = {};
    for (const unit of SPEND_UNITS) {
      const given = change[per]?.[unit];
      const value = given === undefined ? before[per][unit] : given;
      if (value !== undefined && value !== null) caps[unit] = value;
    }
    return caps;
  };
  return { run: merged("run"), perMinute: merged("perMinute") };
}

export function hasCaps({ run, perMinute }: BudgetCaps): boolean {
  return SPEND_UNITS.some((unit) => run[unit] !== undefined || perMinute[unit] !== undefined);
}

/** A cap of money, for which a price must be known. */
export function capsMoney({ run, perMinute }: BudgetCaps): number | undefined {
  return run.usd ?? perMinute.usd;
}
