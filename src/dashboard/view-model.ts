import { type ChaosEvent, isNormalEnd } from "../core/event.ts";
import { type Attempt, beginAttempt, endAttempt } from "./fold/attempt.ts";
import { type Judged, Judgements } from "./fold/judged.ts";
import { Lanes } from "./fold/lanes.ts";
import { LimitWatch } from "./fold/limits.ts";
import { ChangeLog } from "./fold/log.ts";
import { Purse } from "./fold/money.ts";
import { Program } from "./fold/program.ts";
import { rulesOf } from "./fold/rules.ts";
import { Traffic } from "./fold/traffic.ts";
import type { Head, Moment, RunState, View } from "./view.ts";

/** Calls followed at once. Of more, the oldest are no longer followed: they would be calls that never ended. */
const MOST_OPEN = 20_000;

/** The dashboard's picture of a run, kept current event by event. Costs little an event, and its memory is bounded. */
export interface ViewModel {
  fold(event: ChaosEvent): void;
  /** What a judge says of the events so far; `final` once the run is over. */
  judged(judgements: readonly Judged[], atMs: number, final: boolean): void;
  /** The rules cannot be judged while the run goes on. */
  cannotJudge(why: string): void;
  view(moment: Moment): View;
}

/** Pure: the same events and moments give the same views. */
export function createViewModel(): ViewModel {
  return new Picture();
}

class Picture implements ViewModel {
  readonly #open = new Map<string, Attempt>();
  readonly #lanes = new Lanes();
  readonly #limits = new LimitWatch();
  readonly #log = new ChangeLog();
  readonly #purse = new Purse();
  readonly #program = new Program();
  readonly #traffic = new Traffic();
  readonly #judgements = new Judgements();
  #run: ChaosEvent<"run_started"> | undefined;
  #ended: ChaosEvent<"run_ended"> | undefined;
  #phase = "";
  #attempts = 0;

  fold(event: ChaosEvent): void {
    this.#phase = event.phase;
    this.#log.note(event);
    if (event.type === "call_received") this.#received(event);
    else if (event.type === "reply_ended") this.#replied(event);
    else if (event.type === "cost_settled") this.#purse.settled(event, this.#open.get(event.call));
    else if ("call" in event) this.#ofAttempt(event);
    else this.#ofRun(event);
  }

  #received(event: ChaosEvent<"call_received">): void {
    const attempt = beginAttempt(event);
    this.#attempts++;
    this.#open.set(event.call, attempt);
    const [oldest] = this.#open.size > MOST_OPEN ? this.#open.keys() : [];
    if (oldest !== undefined) {
      this.#open.delete(oldest);
      this.#traffic.forget(oldest);
    }
    this.#lanes.received(attempt, event);
    this.#traffic.received(event.call, event.t_ms);
  }

  #replied(event: ChaosEvent<"reply_ended">): void {
    const attempt = this.#open.get(event.call);
    if (attempt === undefined) return;
    this.#open.delete(event.call);
    endAttempt(attempt, event);
    this.#traffic.replied(attempt, event.t_ms);
    this.#purse.replied(attempt);
    this.#lanes.replied(attempt, event.t_ms);
  }

  #ofAttempt(event: Extract<ChaosEvent, { call: string }>): void {
    const attempt = this.#open.get(event.call);
    switch (event.type) {
      case "call_admitted":
        if (attempt !== undefined) attempt.admitted = true;
        return;
      case "call_refused":
        this.#refused(event, attempt);
        return;
      case "fault_applied":
        this.#applied(event, attempt);
        return;
      case "fault_lost":
        this.#program.lost(event.rule);
        return;
      case "upstream_headers":
        if (attempt !== undefined) attempt.upstreamAnswered = event.status < 400;
        return;
      case "first_content":
        if (attempt !== undefined) attempt.ttftMs = event.ttft_ms;
        return;
      case "usage_seen":
        if (attempt !== undefined) attempt.usage = { input: event.input_tokens, output: event.output_tokens };
    }
  }

  #refused(event: ChaosEvent<"call_refused">, attempt: Attempt | undefined): void {
    if (attempt !== undefined) attempt.announcedMs = event.announced_ms;
    // What waiting cannot cure (a wrong key, a text too long) is no wall.
    if (event.dimension === undefined && event.status !== 429 && event.status !== 529 && event.origin !== "budget")
      return;
    this.#traffic.refused(event);
    const news = this.#limits.refused(event);
    if (news !== undefined) this.#log.say(event.t_ms, "limit", news);
  }

  #applied(event: ChaosEvent<"fault_applied">, attempt: Attempt | undefined): void {
    this.#program.applied(event.rule);
    this.#traffic.faultApplied(event.t_ms, attempt?.faults.length === 0);
    if (attempt === undefined) return;
    attempt.faults.push(event.fault);
    this.#lanes.changed(event.call);
  }

  #ofRun(event: ChaosEvent): void {
    switch (event.type) {
      case "run_started":
        this.#run = event;
        this.#program.loaded(event);
        this.#purse.started(event);
        this.#judgements.started(this.#program.scenario);
        return;
      case "scenario_loaded":
        this.#program.loaded(event);
        this.#judgements.started(this.#program.scenario);
        return;
      case "run_ended":
        this.#ended = event;
        return;
      case "phase_started":
        this.#program.phaseStarted(event);
        return;
      case "phase_ended":
        this.#program.phaseEnded(event);
        return;
      case "front_door_started":
        this.#lanes.frontStarted(event);
        return;
      case "front_door_ended":
        if (event.matched.shed === true) this.#traffic.shed(event.t_ms);
        this.#lanes.frontEnded(event);
        return;
    }
  }

  judged(judgements: readonly Judged[], atMs: number, final: boolean): void {
    for (const news of this.#judgements.judged(judgements, atMs, final)) this.#log.say(atMs, "expect", news);
  }

  cannotJudge(why: string): void {
    this.#judgements.cannot(why);
  }

  view(given: Moment): View {
    // After its end a run stands still.
    const isOver = this.#ended !== undefined;
    const moment = { ...given, nowMs: this.#ended?.t_ms ?? given.nowMs, isOver };
    const calls = this.#lanes.view(moment.nowMs, isOver);
    const health = this.#traffic.health(moment.nowMs, isOver ? 0 : this.#lanes.waiting());
    return {
      head: this.#head(moment),
      expectations: this.#judgements.view(),
      scenario: this.#program.rows(),
      limits: this.#limits.view(moment, this.#open.values(), this.#traffic.seconds),
      health,
      series: this.#traffic.series(moment.nowMs, isOver),
      rules: rulesOf(this.#program.scenario),
      faults: this.#program.faults(moment),
      calls,
      money: this.#purse.view(),
      log: this.#log.view(),
    };
  }

  #head({ nowMs, proxyUrl, faults }: Moment): Head {
    const run = this.#run;
    return {
      state: this.#state(),
      runId: run?.run_id ?? "",
      name: run?.name ?? "",
      mode: run?.mode ?? "proxy",
      phase: this.#phase,
      hypothesis: this.#program.scenario?.hypothesis ?? "",
      seed: run?.seed ?? 0,
      reproduce: run?.reproduce ?? "",
      upstream: run?.upstream ?? { kind: "live", address: "" },
      proxyUrl,
      nowMs: Math.round(nowMs),
      plannedMs: this.#program.plannedMs(),
      attempts: this.#attempts,
      blast: this.#blast(faults.length),
      endedWhy: this.#ended?.detail === undefined ? this.#ended?.why : `${this.#ended.why}: ${this.#ended.detail}`,
      version: run?.versions.llm_chaos ?? "",
    };
  }

  /** A total outage made by us should never be taken for one of the provider. */
  #blast(faults: number): string | undefined {
    if (faults === 0 || (this.#traffic.touchedShare() ?? 0) < 0.99) return undefined;
    return `${faults === 1 ? "1 fault" : `${faults} faults`} on every call`;
  }

  #state(): RunState {
    const why = this.#ended?.why;
    if (why !== undefined) return isNormalEnd(why) ? "ended" : "stopped";
    if (this.#program.playing) return "running";
    if (this.#program.begun) return this.#run?.mode === "run" ? "draining" : "live";
    return this.#run?.mode === "run" ? "waiting" : "live";
  }
}
