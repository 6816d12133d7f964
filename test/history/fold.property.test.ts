import fc from "fast-check";
import { expect, test } from "vitest";
import type { History } from "../../src/core/history.ts";
import { expectations } from "../../src/expectations/index.ts";
import { createHistoryFold, foldHistory } from "../../src/history/index.ts";
import { type Story, story } from "../support/events.ts";

const HOW = ["complete", "cut", "reset", "client_left", "hung"] as const;

interface Step {
  afterMs: number;
  ends: boolean;
  body: number;
  model: number;
  count: number | undefined;
  identity: number | undefined;
  front: number | undefined;
  status: number;
  how: (typeof HOW)[number];
  announced: number | undefined;
}

const small = (max: number) => fc.integer({ min: 0, max });
const maybe = (max: number) => fc.option(small(max), { nil: undefined, freq: 2 });
const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.constantFrom(0, 1, 50, 500, 5_000),
  ends: fc.boolean(),
  body: small(2),
  model: small(1),
  count: maybe(3),
  identity: maybe(2),
  front: maybe(2),
  status: fc.constantFrom(0, 200, 400, 429, 500),
  how: fc.constantFrom(...HOW),
  announced: fc.option(fc.constantFrom(0, 500, 5_000), { nil: undefined }),
});

/** Calls begin and end in any order, with few bodies and marks, so that they collide. */
function tell(steps: readonly Step[]): Story {
  const told = story().phase("storm", { fault: "rate_limit" }).front("f0").front("f1").front("f2");
  const open: string[] = [];
  steps.forEach((step, i) => {
    told.after(step.afterMs);
    const call = step.ends ? open.shift() : undefined;
    if (call !== undefined) {
      const announced = step.announced === undefined ? {} : { announced: step.announced };
      told.replied(call, step.status, { how: step.how, ...announced });
      return;
    }
    const marks = {
      ...(step.count === undefined ? {} : { count: step.count }),
      ...(step.identity === undefined ? {} : { identity: `i${step.identity}` }),
      ...(step.front === undefined ? {} : { trace: `trace-f${step.front}` }),
    };
    told.received(`c${i}`, { body: `b${step.body}`, prompt: `p${step.body}`, model: `m${step.model}`, ...marks });
    open.push(`c${i}`);
  });
  return told.after(40_000).ended();
}

/** What holds for every history, whatever happened. */
function check(history: History): void {
  const byCall = new Map(history.attempts.map((attempt) => [attempt.call, attempt]));
  const placed = history.logicalCalls.flatMap(({ attempts }) => attempts.map(({ call }) => call));
  expect([...placed].sort()).toEqual([...byCall.keys()].sort());
  const ids = new Set(history.logicalCalls.map(({ id }) => id));
  for (const { id, attempts, links, follows } of history.logicalCalls) {
    expect(links.map(({ from, to }) => [from, to])).toEqual(
      attempts.slice(1).map((attempt, i) => [attempts[i]?.call, attempt.call]),
    );
    if (follows !== undefined) expect(ids.has(follows.logical) && follows.logical !== id).toBe(true);
    for (const { from, by, confidence } of links) {
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
      // Only who says "the same" may repeat a success or overlap.
      if (by === "body" || by === "timing") expect(byCall.get(from)?.delivered).toBe(false);
    }
  }
  for (const front of history.frontDoorCalls) for (const call of front.logicalCalls) expect(call.front).toBe(front.id);
}

test("every attempt has its place, links are chains, and no rule throws, whatever happened", () => {
  const rules = ["retry_after_honoured", "truncation_noticed", "recovers", "degrades_by"] as const;
  const params = { recovers: { within: "5s" }, degrades_by: { any_of: ["shed", "queue"], within: "5s" } };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const history = tell(steps).history();
      check(history);
      for (const name of rules) {
        const rule = expectations.get(name);
        const given = rule?.params.parse(name in params ? params[name as keyof typeof params] : {});
        expect(rule?.check(given, history, history).summary).not.toBe("");
      }
    }),
    { numRuns: 300, seed: 20_260_105 },
  );
});

test("another caller beside it changes nothing, and neither does a way through JSON", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { events } = tell(steps);
      const again = foldHistory(JSON.parse(JSON.stringify(events)));
      const chains = (history: History) => history.logicalCalls.map(({ attempts }) => attempts.map(({ call }) => call));
      // Another caller, with a key of its own, beside it.
      const stranger = story().at(10).received("x1", { key: "other", body: "b0" }).replied("x1", 500).events.slice(1);
      const mixed = foldHistory([
        ...events,
        ...stranger.map((event) => ({ ...event, seq: event.seq + events.length })),
      ]);
      expect(chains(again)).toEqual(chains(foldHistory(events)));
      expect(chains(mixed).filter(([first]) => first !== "x1")).toEqual(chains(again));
    }),
    { numRuns: 100, seed: 20_260_105 },
  );
});

test("a look on the way changes nothing of what is found later", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(small(60), { maxLength: 5 }), (steps, looks) => {
      const { events } = tell(steps)
        .front("f3", { call_id: "lc-3" })
        .received("c100", { callId: "lc-3" })
        .event({ type: "load_step_started", concurrency: 2, repeat: 1 })
        .front("f4", { call_id: "lc-4", step: 2, repeat: 1 })
        .received("c101", { callId: "lc-4" })
        .replied("c101", 200)
        .frontEnded("f4", 200);
      const stepAt = events.findIndex(({ type }) => type === "load_step_started");
      const fold = createHistoryFold();
      events.forEach((event, i) => {
        if (i === stepAt || looks.includes(i)) expect(fold.finish()).toEqual(foldHistory(events.slice(0, i)));
        fold.add(event);
      });
      expect(fold.finish()).toEqual(foldHistory(events));
    }),
    { numRuns: 200 },
  );
});
