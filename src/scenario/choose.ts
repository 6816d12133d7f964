import type { Clock } from "../core/clock.ts";
import type { CallFacts, ChosenFault, Fault, FaultChooser } from "../core/fault.ts";
import type { Rng } from "../core/rng.ts";
import type { FaultRule, Scenario } from "../core/scenario.ts";
import { type ActiveRule, createActiveRule } from "./active-rule.ts";
import { parseFaultLine } from "./fault-line.ts";
import type { DecisionLedger } from "./ledger.ts";
import { STANDARD } from "./registry.ts";
import { type ActivePhases, replaceRules } from "./replace-rules.ts";

/** An injected fault ends by itself: nobody remembers one that was set and forgotten. Milliseconds. */
export const DEFAULT_TTL_MS = 600_000;

export interface ChooserOptions {
  /** With its values filled in. */
  scenario: Pick<Scenario, "phases">;
  phase(): string | undefined;
  rng: Rng;
  clock: Clock;
  faults?: ReadonlyMap<string, Fault>;
  /** Takes the decisions of a plan, and remembers all that are made. */
  ledger?: DecisionLedger | undefined;
}

export interface ActiveFault {
  id: string;
  fault: string;
  /** In words. */
  explained: string;
  /** On the clock of the run; undefined for a rule of the scenario, which ends with its phase. */
  endsAtMs?: number;
  /** Calls for which it was chosen. */
  hits: number;
}

/** Decides by the scenario's active phase and by what was injected since. */
export interface LiveChooser extends FaultChooser {
  /** Adds a fault to every phase, until its ttl (default 10 min; Infinity: until removed). Throws InvalidFileError. */
  inject(fault: string | object, options?: { ttlMs?: number }): { id: string };
  /** Ends a fault, injected or of the scenario, and releases what it holds. False: there is none with this id. */
  remove(id: string): boolean;
  /** Ends every fault for good and releases what they hold. Later injections work. */
  panic(): void;
  /** Takes the rules of a changed scenario; those that stay equal keep their counters and their holds. Injected ones stay. */
  replace(scenario: Pick<Scenario, "phases">): void;
  /** Another scenario altogether: every rule of the one before ends, also where it stays equal. `rng` decides for the new ones. Injected ones stay. Returns the change that stands in their ids (`cameBy`). */
  load(scenario: Pick<Scenario, "phases">, rng: Rng): number;
  /** What may meet a call now. */
  active(): ActiveFault[];
}

export function createChooser(options: ChooserOptions): LiveChooser {
  const { scenario, phase, clock, faults = STANDARD.faults, ledger } = options;
  let { rng } = options;
  const activate = (rule: FaultRule) => createActiveRule(rule, { faults, rng, ledger });
  let phases: ActivePhases = new Map(scenario.phases.map(({ name, faults: rules }) => [name, rules.map(activate)]));
  const live = new Map<string, ActiveRule & { endsAtMs?: number; cancel(): void }>();
  let injected = 0;
  let change = 0;

  const now = () => [...(phases.get(phase() ?? "") ?? []), ...live.values()].filter(({ ended }) => !ended());
  const remove = (id: string) => {
    const found = live.get(id) ?? [...phases.values()].flat().find(({ rule }) => rule.id === id);
    if (found === undefined || found.ended()) return false;
    live.get(id)?.cancel();
    live.delete(id);
    found.end();
    return true;
  };
  return {
    choose: (facts) => choose(now(), facts),
    inject(text, { ttlMs = DEFAULT_TTL_MS } = {}) {
      const id = `live-${injected + 1}`;
      const rule = activate(parseFaultLine(text, { id, faults }));
      injected++;
      const timed = Number.isFinite(ttlMs);
      const cancel = timed ? clock.after(ttlMs, () => remove(id)) : () => {};
      live.set(id, { ...rule, cancel, ...(timed && { endsAtMs: clock.nowMs() + ttlMs }) });
      return { id };
    },
    remove,
    panic() {
      for (const id of [...live.keys()]) remove(id);
      for (const rule of [...phases.values()].flat()) rule.end();
    },
    replace({ phases: next }) {
      phases = replaceRules(phases, next, { activate, change: ++change });
    },
    load({ phases: next }, ownRng) {
      const before = phases;
      rng = ownRng;
      phases = replaceRules(new Map(), next, { activate, change: ++change });
      for (const rule of [...before.values()].flat()) rule.end();
      return change;
    },
    active: () =>
      now().map((one: ActiveRule & { endsAtMs?: number }) => ({
        id: one.rule.id,
        fault: one.rule.fault,
        explained: one.explained,
        ...(one.endsAtMs !== undefined && { endsAtMs: one.endsAtMs }),
        hits: one.hits(),
      })),
  };
}

/** In order. Behind a fault that ends the call the others lose; they are named for the log, and it costs them no hit. */
function choose(rules: readonly ActiveRule[], facts: CallFacts): ChosenFault[] {
  const chosen: ChosenFault[] = [];
  for (const rule of rules) {
    const loses = chosen.some(({ fault }) => fault.final);
    const decision = rule.decide(facts, loses);
    if (decision !== undefined) chosen.push(decision);
  }
  return chosen;
}
