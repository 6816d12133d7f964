import type { Expectation } from "../core/expectation.ts";
import type { Fault } from "../core/fault.ts";
import type { Dimension, LimitSpec } from "../core/limits.ts";
import { expectations } from "../expectations/index.ts";
import { faults } from "../faults/index.ts";
import { listTiers, tierSpecs } from "../limits/index.ts";

/** The words a scenario may use. Handed in, so that a test can bring its own small set. */
export interface Registry {
  faults: ReadonlyMap<string, Fault>;
  expectations: ReadonlyMap<string, Expectation>;
  tiers: Tiers;
}

export interface Tiers {
  list(): readonly { name: string; models: readonly string[] }[];
  specs(
    name: string,
    options: { model?: string; per?: LimitSpec["per"]; overrides?: Partial<Record<Dimension, number>> },
  ): LimitSpec[] | undefined;
}

export const STANDARD: Registry = { faults, expectations, tiers: { list: listTiers, specs: tierSpecs } };
