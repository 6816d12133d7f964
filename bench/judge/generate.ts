import { closeSync, openSync, writeSync } from "node:fs";
import { type ChaosEvent, EVENT_VERSION, type EventBody } from "../../src/core/event.ts";
import { createRng, type Rng } from "../../src/core/rng.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { callerStory, type Told } from "./caller.ts";

const CALLERS = 16;
const LINES_PER_WRITE = 10_000;

/** Phases in shares of the log: quiet, a storm of refusals and truncations, and quiet again. */
const PHASES = [
  { name: "baseline", until: 0.4, faults: [] },
  { name: "storm", until: 0.6, faults: ["rate_limit", "truncate"] },
  { name: "recovery", until: 1, faults: [] },
] as const;

/** Writes a log of so many events: an app with 16 users that retries, falls back and sheds. The same seed gives the same bytes. */
export function writeLog(path: string, count: number, seed: number): void {
  const descriptor = openSync(path, "w");
  let lines: string[] = [];
  const flush = () => {
    writeSync(descriptor, `${lines.join("\n")}\n`);
    lines = [];
  };
  for (const event of eventsOf(count, createRng(seed))) {
    lines.push(JSON.stringify(event));
    if (lines.length >= LINES_PER_WRITE) flush();
  }
  if (lines.length > 0) flush();
  closeSync(descriptor);
}

function* eventsOf(count: number, rng: Rng): Generator<ChaosEvent> {
  let seq = 0;
  let phase = -1;
  const startedAt = Date.UTC(2026, 10, 24, 10);
  const stored = (body: EventBody, atMs: number): ChaosEvent => ({
    v: EVENT_VERSION,
    seq: ++seq,
    t_ms: Math.round(atMs * 1_000) / 1_000,
    at: new Date(startedAt + atMs).toISOString(),
    phase: PHASES[phase]?.name ?? "startup",
    ...body,
  });
  yield stored(runStarted(), 0);
  const callers = Array.from({ length: CALLERS }, (_, n) =>
    createCaller(n, rng.fork(`caller-${n}`), () => phase === 1),
  );
  while (seq < count - 1) {
    const next = earliest(callers);
    const current = PHASES[phase];
    if (current === undefined || seq >= current.until * count) {
      if (current !== undefined) yield stored({ type: "phase_ended", name: current.name }, next.told.atMs);
      const entered = PHASES[++phase];
      if (entered !== undefined)
        yield stored({ type: "phase_started", name: entered.name, index: phase, lasts_ms: 60_000 }, next.told.atMs);
    }
    yield stored(next.told.body, next.told.atMs);
    next.told = next.events.next().value;
  }
  yield stored({ type: "run_ended", why: "completed" }, earliest(callers).told.atMs);
}

interface Caller {
  events: Generator<Told, never>;
  told: Told;
}

function createCaller(n: number, rng: Rng, storm: () => boolean): Caller {
  const events = callerStory({ caller: n, rng, storm });
  return { events, told: events.next().value };
}

function earliest(callers: readonly Caller[]): Caller {
  return callers.reduce((first, caller) => (caller.told.atMs < first.told.atMs ? caller : first));
}

function runStarted(): EventBody<"run_started"> {
  const scenario: Scenario = {
    name: "bench",
    summary: "",
    hypothesis: "",
    seed: 7,
    limits: [{ label: "tier", per: "key+model", limits: { rpm: 500, tpm: 30_000 } }],
    clockScale: 1,
    announce: "real",
    phases: PHASES.map(({ name, faults }) => ({
      name,
      lastsMs: 60_000,
      faults: faults.map((fault, n) => ({
        id: `${name}/${n + 1}`,
        fault,
        params: {},
        where: {},
        chance: 1,
        atMost: undefined,
      })),
    })),
    load: { kind: "closed", concurrency: CALLERS },
    abortWhen: undefined,
    expect: EXPECTED.map(([name, params]) => ({
      name,
      params,
      in: undefined,
      where: undefined,
      ifUnseen: "inconclusive",
    })),
    runbook: {},
  };
  const declares = { shed: true, fallback: true, done: true, incomplete: true, error: true };
  return {
    type: "run_started",
    run_id: "bench",
    name: "bench",
    mode: "run",
    seed: 7,
    scenario,
    app: { url: "http://127.0.0.1:3000", frontDoor: "POST /chat", answer: "sse", deadlineMs: 15_000, declares },
    upstream: { kind: "stub", address: "stub" },
    limits: [{ label: "tier" }],
    driven: true,
    reproduce: "llm-chaos run bench.yaml",
    versions: { llm_chaos: "0.0.0", node: "v24", event_schema: EVENT_VERSION },
  };
}

const EXPECTED: readonly (readonly [string, object])[] = [
  ["retry_after_honoured", {}],
  ["retry_amplification", { at_most: 1.5 }],
  ["max_in_flight", { at_most: 20 }],
  ["degrades_by", { any_of: ["shed", "fallback"], within: "5s" }],
  ["no_hang", { within: "12s" }],
  ["truncation_noticed", {}],
  ["recovers", { within: "15s" }],
  ["success_rate", { at_least: "90%" }],
];
