import { written } from "../../core/describe-params.ts";
import type { ChaosEvent } from "../../core/event.ts";
import type { FaultRule, Scenario } from "../../core/scenario.ts";
import type { FaultRow, Moment, PhaseRow } from "../view.ts";

interface Played {
  fromMs: number;
  toMs: number | undefined;
}

/** What the scenario does, has done and will do, and whether its faults land. */
export class Program {
  scenario: Scenario | undefined;
  /** Played phases, by their place in the scenario. */
  readonly #played: Played[] = [];
  #current: number | undefined;
  readonly #hits = new Map<string, number>();
  readonly #lost = new Map<string, number>();

  /** The run's scenario, or the one that a controller put in its place. */
  loaded({ scenario }: ChaosEvent<"run_started" | "scenario_loaded">): void {
    this.scenario = (scenario ?? undefined) as Scenario | undefined;
    this.#played.length = 0;
    this.#current = undefined;
  }

  phaseStarted({ index, t_ms }: ChaosEvent<"phase_started">): void {
    this.#played[index] = { fromMs: t_ms, toMs: undefined };
    this.#current = index;
  }

  phaseEnded({ t_ms }: ChaosEvent<"phase_ended">): void {
    const played = this.#current === undefined ? undefined : this.#played[this.#current];
    if (played !== undefined) played.toMs = t_ms;
    this.#current = undefined;
  }

  applied(rule: string): void {
    this.#hits.set(rule, (this.#hits.get(rule) ?? 0) + 1);
  }

  lost(rule: string): void {
    this.#lost.set(rule, (this.#lost.get(rule) ?? 0) + 1);
  }

  get playing(): boolean {
    return this.#current !== undefined;
  }

  get begun(): boolean {
    return this.#played.length > 0;
  }

  plannedMs(): number | undefined {
    const toMs = this.rows().at(-1)?.toMs;
    return this.begun ? toMs : undefined;
  }

  rows(): PhaseRow[] {
    let cursor = this.begun ? (this.#played.find(Boolean)?.fromMs ?? 0) : undefined;
    return (this.scenario?.phases ?? []).map(({ name, lastsMs, faults }, index) => {
      const played = this.#played[index];
      const fromMs = played?.fromMs ?? cursor;
      const toMs = played?.toMs ?? (fromMs === undefined || lastsMs === undefined ? undefined : fromMs + lastsMs);
      cursor = toMs;
      const state = index === this.#current ? "now" : played !== undefined ? "done" : "next";
      return { name, state, fromMs, toMs, lastsMs, faults: faults.map(ruleWords) };
    });
  }

  faults({ faults }: Moment): FaultRow[] {
    const active = faults.map(({ id, fault, explained, endsAtMs }): FaultRow => {
      const row = {
        id,
        fault,
        explained,
        state: "on" as const,
        injected: id.startsWith("live-"),
        startsAtMs: undefined,
      };
      return { ...row, hits: this.#hits.get(id) ?? 0, lost: this.#lost.get(id) ?? 0, endsAtMs };
    });
    return [...active, ...this.#queued()];
  }

  /** Of the next phase that has any. */
  #queued(): FaultRow[] {
    const rows = this.rows();
    const index = rows.findIndex(({ state, faults }) => state === "next" && faults.length > 0);
    const phase = this.scenario?.phases[index];
    if (phase === undefined || (this.begun && !this.playing)) return [];
    return phase.faults.map((rule) => ({
      id: rule.id,
      fault: rule.fault,
      explained: ruleWords(rule),
      state: "queued",
      injected: false,
      hits: 0,
      lost: 0,
      endsAtMs: undefined,
      startsAtMs: rows[index]?.fromMs,
    }));
  }
}

/** As it would be written: `rate_limit { dimension: tpm, retry_after: 4s } on 50 %`. */
function ruleWords({ fault, params, chance, where }: FaultRule): string {
  const isPlain = typeof params !== "object" || params === null || Object.keys(params).length === 0;
  const on = Object.keys(where).length === 0 ? "" : ` where ${written(where)}`;
  const share = chance < 1 ? ` on ${Math.round(chance * 100)} %` : "";
  return `${fault}${isPlain ? "" : ` ${written(params)}`}${on}${share}`;
}
