import type { History } from "../../src/core/history.ts";
import type { Report, ReportedExpectation } from "../../src/core/report.ts";
import type { Scenario } from "../../src/core/scenario.ts";
import { buildReport } from "../../src/report/index.ts";
import { type Story, story } from "./events.ts";

/** A story's history whose scenario says more than the story can: limits, runbook, hypothesis. */
export function historyOf(told: Story, scenario: Partial<Scenario> = {}): History {
  const history = told.history();
  return { ...history, scenario: { ...(history.scenario as Scenario), ...scenario } };
}

export function reportOf(
  told: Story,
  { scenario, expectations = [held()] }: { scenario?: Partial<Scenario>; expectations?: ReportedExpectation[] } = {},
): Report {
  return buildReport(historyOf(told, scenario), expectations);
}

export function held(changes: Partial<ReportedExpectation> = {}): ReportedExpectation {
  return {
    name: "no_hang",
    explained: "every front-door call ends within 20 s",
    params: { within: "20s" },
    phase: null,
    verdict: "pass",
    summary: "all 7 calls ended",
    evidence: [],
    ...changes,
  };
}

export function broken(changes: Partial<ReportedExpectation> = {}): ReportedExpectation {
  return held({
    name: "retry_after_honoured",
    explained: "at least 99 % of retries wait as announced",
    verdict: "fail",
    summary: "0 of 2 waits respected",
    evidence: [{ note: "c2 repeats c1 too early", events: [41, 57], got: "after 80 ms", wanted: "≥ 5 s" }],
    ...changes,
  });
}

/** One call through the front door, with one attempt that is answered whole. */
export function served(told: Story, id: string, options: { ttftMs?: number; lastsMs?: number } = {}): Story {
  const { ttftMs = 200, lastsMs = 1_000 } = options;
  told.front(`f-${id}`).received(`c-${id}`, { trace: `trace-f-${id}` });
  told.event({ type: "upstream_headers", call: `c-${id}`, status: 200 });
  told.after(ttftMs).event({ type: "first_content", call: `c-${id}`, ttft_ms: ttftMs });
  return told.replied(`c-${id}`, 200, { afterMs: lastsMs - ttftMs }).frontEnded(`f-${id}`, 200);
}

/** One call that the app sheds after one refusal. */
export function shed(told: Story, id: string): Story {
  told.front(`f-${id}`).received(`c-${id}`, { trace: `trace-f-${id}` });
  told.replied(`c-${id}`, 429, { afterMs: 20, announced: 5_000, fault: "rate_limit" });
  return told.frontEnded(`f-${id}`, 503, { matched: { shed: true } });
}

/** One call that retries at once and ends in an error. */
export function failed(told: Story, id: string): Story {
  told.front(`f-${id}`).received(`c-${id}-1`, { trace: `trace-f-${id}` });
  told.replied(`c-${id}-1`, 429, { afterMs: 20, announced: 5_000, fault: "rate_limit" });
  told.received(`c-${id}-2`, { retryOf: `c-${id}-1`, count: 1, afterMs: 80 });
  told.replied(`c-${id}-2`, 429, { afterMs: 20, announced: 5_000, fault: "rate_limit" });
  return told.frontEnded(`f-${id}`, 500);
}

/** Baseline, a storm in which two calls are shed and one fails, and a recovery. */
export function stormStory(): Story {
  const told = story().after(2_000).phase("baseline");
  for (let n = 0; n < 4; n++) served(told, `base${n}`);
  told.phase("storm", { fault: "rate_limit" });
  shed(told, "storm1").after(1_000);
  shed(told, "storm2").after(1_000);
  failed(told, "storm3").after(1_000);
  told.phase("recovery");
  for (let n = 0; n < 6; n++) served(told, `back${n}`);
  return told;
}

/** A call on counted limits; `use` is what each dimension stood at after it. Refused on the first dimension that is over. */
export function countedCall(
  told: Story,
  id: string,
  use: Readonly<Record<string, { used: number; limit: number }>>,
): Story {
  told.received(id);
  const over = Object.entries(use).find(([, { used, limit }]) => used > limit);
  if (over === undefined) {
    const readings = Object.entries(use).map(([dimension, { used, limit }]) => ({ dimension, used, limit }));
    told.replied(id, 200, { afterMs: 500 });
    return told.event({ type: "call_admitted", call: id, readings });
  }
  const [dimension, { used, limit }] = over;
  told.replied(id, 429, { origin: "counted", dimension, afterMs: 5 });
  const refusal = { origin: "counted" as const, trouble: "rate_limit", status: 429, synthetic: false };
  const numbers = { dimension, limit, used, requested: 100, announced_ms: 1_500 };
  return told.event({ type: "call_refused", call: id, ...refusal, ...numbers });
}

/** Two repeats of a ramp over 2, 4 and 8 callers: at 8 the app sheds half of its calls. `doubtfulFrom`: not trustworthy from there on. */
export function rampStory({ doubtfulFrom = Number.POSITIVE_INFINITY } = {}): Story {
  const told = story().after(1_000).phase("ramp");
  for (const concurrency of [2, 4, 8]) {
    for (const repeat of [1, 2]) {
      told.event({ type: "load_step_started", concurrency, repeat });
      told.event({ type: "load_step_settled", concurrency, repeat });
      for (let n = 0; n < 8; n++) stepCall(told, { concurrency, repeat, n });
      const trustworthy = concurrency < doubtfulFrom;
      const why = trustworthy ? {} : { why: "the driver's loop was 80 % busy" };
      told.event({ type: "load_step_ended", concurrency, repeat, trustworthy, ...why });
    }
  }
  return told;
}

function stepCall(told: Story, { concurrency, repeat, n }: { concurrency: number; repeat: number; n: number }): void {
  const front = `f-${concurrency}-${repeat}-${n}`;
  told.front(front, { step: concurrency, repeat });
  if (concurrency >= 8 && n % 2 === 0) {
    told.after(10).frontEnded(front, 503, { matched: { shed: true } });
    return;
  }
  const call = `c-${concurrency}-${repeat}-${n}`;
  told
    .received(call, { trace: `trace-${front}` })
    .replied(call, 200, { afterMs: 600 })
    .frontEnded(front, 200);
}

/** Parses report.json back. */
export function parsed(json: string): Record<string, unknown> {
  return JSON.parse(json) as Record<string, unknown>;
}
