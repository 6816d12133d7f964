import { describe, expect, it } from "vitest";
import type { ChaosEvent } from "../../src/core/event.ts";
import type { Moment, View } from "../../src/dashboard/view.ts";
import { createViewModel } from "../../src/dashboard/view-model.ts";
import { type Story, type StoryOptions, story } from "../support/events.ts";

const moment = (nowMs: number, given: Partial<Moment> = {}): Moment => ({
  nowMs,
  proxyUrl: "http://127.0.0.1:4141",
  readings: [],
  faults: [],
  ...given,
});

function viewOf({ events, nowMs }: Pick<Story, "events" | "nowMs">, given: Partial<Moment> = {}): View {
  const model = createViewModel();
  for (const event of events) model.fold(event);
  return model.view(moment(nowMs, given));
}

const undriven: StoryOptions = { driven: false };

describe("rows of calls", () => {
  it("are front-door calls with the attempts that carry their trace", () => {
    const view = viewOf(
      story()
        .phase("storm")
        .front("f1")
        .received("c1", { trace: "trace-f1", afterMs: 10 })
        .replied("c1", 429, { announced: 2_000, afterMs: 5 })
        .received("c2", { trace: "trace-f1", afterMs: 2_000, body: "another" })
        .replied("c2", 200, { afterMs: 300, tokens: 81 })
        .frontEnded("f1", 200),
    );
    expect(view.calls).toMatchObject({ level: "front", total: 1, endings: { recovered: 1, open: 0 } });
    expect(view.calls.rows).toMatchObject([
      {
        id: "f1",
        ending: "recovered",
        saw: "a whole answer",
        fromMs: 0,
        toMs: 2_315,
        attempts: [
          { call: "c1", kind: "refused", status: 429, announcedMs: 2_000, fromMs: 10, toMs: 15 },
          { call: "c2", kind: "answered", status: 200, tokens: 81, fromMs: 2_015, toMs: 2_315 },
        ],
      },
    ]);
  });

  it.each([
    ["clean", (s: Story) => s.replied("c1", 200).frontEnded("f1", 200), "a whole answer"],
    ["lost", (s: Story) => s.replied("c1", 500).frontEnded("f1", 500), "error 500"],
    ["lost", (s: Story) => s.replied("c1", 200).frontEnded("f1", 0, { how: "deadline" }), "no end in time"],
    ["lost", (s: Story) => s.replied("c1", 200, { how: "cut" }).frontEnded("f1", 200), "half an answer, as if whole"],
    [
      "recovered",
      (s: Story) =>
        s.replied("c1", 200, { how: "cut", tail: "half" }).frontEnded("f1", 200, { text_tails: ["canned"] }),
      "a whole answer",
    ],
    [
      "degraded",
      (s: Story) => s.replied("c1", 200, { how: "cut" }).frontEnded("f1", 200, { matched: { incomplete: true } }),
      "a lesser answer",
    ],
    [
      "degraded",
      (s: Story) => s.replied("c1", 429).frontEnded("f1", 503, { matched: { shed: true } }),
      "refused politely",
    ],
    [
      "degraded",
      (s: Story) =>
        s.replied("c1", 429).received("c2", { retryOf: "c1", model: "small" }).replied("c2", 200).frontEnded("f1", 200),
      "a lesser answer",
    ],
  ])("end %s", (ending, tell, saw) => {
    const view = viewOf(tell(story().front("f1").received("c1", { trace: "trace-f1" })));
    expect(view.calls.rows).toMatchObject([{ ending, saw }]);
    expect(view.calls.endings[ending as "lost"]).toBe(1);
  });

  it("take an agent's many calls for one row, whose other questions to other models are no fallback", () => {
    const s = story().front("f1");
    for (let i = 0; i < 20; i++)
      s.received(`c${i}`, { trace: "trace-f1", model: i % 2 === 0 ? "big" : "small" }).replied(`c${i}`, 200);
    const [row] = viewOf(s.frontEnded("f1", 200)).calls.rows;
    expect(row).toMatchObject({ ending: "clean", more: 8 });
    expect(row?.attempts.every(({ fallbackTo }) => fallbackTo === undefined)).toBe(true);
  });

  it("are LLM calls where the front door is not seen, joined by an equal body, a count or an identity", () => {
    const view = viewOf(
      story(undriven)
        .received("c1")
        .replied("c1", 429)
        .received("c2", { retryOf: "c1", count: 1 })
        .replied("c2", 200)
        .received("c3", { identity: "i" })
        .replied("c3", 500)
        .received("c4", { identity: "i", body: "changed" })
        .replied("c4", 200),
    );
    expect(view.calls.level).toBe("logical");
    expect(view.calls.rows.map(({ ending, attempts }) => [ending, attempts.map(({ call }) => call)])).toEqual([
      ["recovered", ["c3", "c4"]],
      ["recovered", ["c1", "c2"]],
    ]);
  });

  it("keep apart what is no retry: an equal body beside an open call, after a success, or much later", () => {
    const view = viewOf(
      story(undriven)
        .received("c1", { body: "same" })
        .received("c2", { body: "same" })
        .replied("c1", 200)
        .replied("c2", 429)
        .received("c3", { body: "same", afterMs: 200_000 })
        .replied("c3", 200),
    );
    expect(view.calls.rows.map(({ attempts }) => attempts.length)).toEqual([1, 1, 1]);
  });

  it("show a fallback inside the row of the call it stands in for", () => {
    const view = viewOf(
      story(undriven)
        .received("c1", { model: "big", prompt: "p" })
        .replied("c1", 429)
        .received("c2", { model: "small", prompt: "p", body: "other" })
        .replied("c2", 200),
    );
    expect(view.calls.rows).toMatchObject([
      { ending: "degraded", saw: "an answer of small", attempts: [{ fallbackTo: undefined }, { fallbackTo: "small" }] },
    ]);
  });

  it("wait for a retry as long as one may come, then count as lost; a retry that comes all the same reopens them", () => {
    const refused = story(undriven).received("c1").replied("c1", 429, { announced: 5_000 });
    const model = createViewModel();
    for (const event of refused.events) model.fold(event);
    expect(model.view(moment(14_000)).calls.rows).toMatchObject([{ ending: "open", saw: "waits" }]);
    expect(model.view(moment(14_000)).health.waiting).toBe(1);
    expect(model.view(moment(16_000)).calls).toMatchObject({ endings: { lost: 1, open: 0 } });
    refused.at(20_000).received("c2", { retryOf: "c1" }).replied("c2", 200);
    for (const event of refused.events.slice(3)) model.fold(event);
    expect(model.view(moment(20_000)).calls).toMatchObject({ endings: { lost: 0, recovered: 1 }, total: 1 });
  });

  it("wait two minutes at most for who was told to wait for hours, and for so many at once as memory allows", () => {
    const day = story(undriven);
    for (let i = 0; i < 6_000; i++) day.received(`c${i}`).replied(`c${i}`, 429, { announced: 36_000_000 });
    expect(viewOf(day).calls.endings).toMatchObject({ open: 5_000, lost: 1_000 });
    expect(viewOf({ events: day.events, nowMs: 131_000 }).calls.endings).toMatchObject({ open: 0, lost: 6_000 });
  });

  it("forget the calls in flight beyond those that are followed, and so never count one for ever", () => {
    const flood = story(undriven);
    for (let i = 0; i < 21_000; i++) flood.received(`c${i}`);
    expect(viewOf(flood).health.inFlight).toBe(20_000);
    for (let i = 0; i < 21_000; i++) flood.replied(`c${i}`, 200);
    expect(viewOf(flood).health.inFlight).toBe(0);
  });

  it("keep every failure and a sample of the rest, in bounded memory", () => {
    const long = story(undriven);
    for (let i = 0; i < 3_000; i++) {
      long.at(i * 20).received(`c${i}`);
      long.replied(`c${i}`, i % 30 === 7 ? 400 : 200);
    }
    const { calls } = viewOf(long);
    expect(calls).toMatchObject({ total: 3_000, endings: { lost: 100, clean: 2_900 }, tooMany: false });
    expect(calls.rows.filter(({ ending }) => ending === "lost").length).toBe(100);
    expect(calls.rows.length).toBeLessThanOrEqual(160);
  });

  it("say when there are too many to draw", () => {
    const storm = story(undriven);
    for (let i = 0; i < 1_000; i++)
      storm
        .at(i * 2)
        .received(`c${i}`)
        .replied(`c${i}`, 200);
    const { calls } = viewOf(storm);
    expect(calls).toMatchObject({ total: 1_000, tooMany: true, endings: { clean: 1_000 } });
    expect(viewOf({ events: storm.events, nowMs: 9_000 }).calls.tooMany).toBe(false);
  });
});

describe("limits", () => {
  const reading = (dimension: string, used: number, limit = 1_000) => ({ dimension, used, limit, resetMs: 21_000 });

  it("name the one that bites now before any that is merely full", () => {
    const { limits } = viewOf(
      story().received("c1").replied("c1", 429, { dimension: "rpm", origin: "counted", announced: 3_000 }),
      { readings: [reading("tpm", 999), reading("rpm", 500)] },
    );
    expect(limits.verdict).toBe("requests/min bites now: 1 refused in the last 10 s");
    expect(limits.rows.map(({ dimension, state }) => [dimension, state])).toEqual([
      ["rpm", "biting"],
      ["tpm", "near"],
    ]);
    expect(limits.rows[0]).toMatchObject({ refusals: 1, origin: "counted", announcedMs: 3_000, limit: 1_000 });
  });

  it("forecast from the rate at which a bucket empties", () => {
    const model = createViewModel();
    for (const [nowMs, used] of [
      [0, 300],
      [1_000, 400],
      [2_000, 500],
    ] as const)
      model.view(moment(nowMs, { readings: [reading("otpm", used), reading("rpm", 100)] }));
    const { limits } = model.view(moment(3_000, { readings: [reading("otpm", 600), reading("rpm", 100)] }));
    expect(limits.rows[0]).toMatchObject({ dimension: "otpm", state: "near", emptyInMs: 4_000 });
    expect(limits.rows[1]).toMatchObject({ dimension: "rpm", state: "ok", emptyInMs: undefined });
    expect(limits.verdict).toBe("first to bite: output tokens/min, in about 4.0 s");
  });

  it("tell the part that calls in flight hold", () => {
    const flying = story().received("c1").received("c2");
    flying.event({ type: "call_admitted", call: "c1", readings: [] });
    const { limits } = viewOf(flying, { readings: [reading("tpm", 400)] });
    expect(limits.rows[0]).toMatchObject({ used: 400, reserved: 100 });
  });

  it("show a wall that nobody counts here as soon as it refuses, and that it has stopped", () => {
    const met = story().received("c1").replied("c1", 429, { dimension: "tpm", origin: "provider" });
    expect(viewOf(met).limits).toMatchObject({
      verdict: "tokens/min bites now: 1 refused in the last 10 s",
      rows: [{ dimension: "tpm", state: "biting", origin: "provider", used: undefined }],
    });
    expect(viewOf({ events: met.events, nowMs: 60_000 }).limits).toMatchObject({
      verdict: "none bites now; tokens/min did before",
      rows: [{ state: "unknown" }],
    });
  });

  it("do not take what waiting cannot cure for a wall", () => {
    expect(viewOf(story().received("c1").replied("c1", 401)).limits.rows).toEqual([]);
  });

  it("are in words when there are none", () => {
    expect(viewOf(story()).limits.verdict).toBe("no limit is counted here, and none was met yet");
  });
});

describe("health over time", () => {
  const firstToken = (s: Story, call: string, ms: number) => s.event({ type: "first_content", call, ttft_ms: ms });

  it("counts first tokens of whole answers only, in the second in which they were felt", () => {
    const s = story();
    for (const [call, ttft, how] of [
      ["c1", 400, "complete"],
      ["c2", 800, "complete"],
      ["c3", 10, "cut"],
    ] as const) {
      s.at(1_000)
        .received(call)
        .at(1_000 + ttft);
      firstToken(s, call, ttft).at(3_400).replied(call, 200, { how, tokens: 11 });
    }
    const { health, series } = viewOf({ events: s.events, nowMs: 4_000 });
    expect(health).toMatchObject({ ttftP50Ms: 400, ttftP95Ms: 800, samples: 2, inFlight: 0 });
    expect(series.points.map(({ ttftP95Ms }) => ttftP95Ms)).toEqual([null, 800, null, null]);
    expect(series.points.at(-1)).toMatchObject({ ok: 2, bad: 1, itlMs: 160 });
    expect(health.statuses).toEqual([
      { label: "200", count: 2, kind: "ok" },
      { label: "cut", count: 1, kind: "bad" },
    ]);
  });

  it("draws a time without traffic as one, and keeps open calls open through it", () => {
    const { series, health } = viewOf({ events: story().received("c1").events, nowMs: 30_500 });
    expect(series.points).toHaveLength(30);
    expect(series.points.at(-1)).toMatchObject({ atMs: 29_000, inFlight: 1, ok: 0, ttftP95Ms: null });
    expect(health.inFlight).toBe(1);
  });

  it("has at most 600 points, and gives finished ones as the same objects again", () => {
    const model = createViewModel();
    model.fold(story().events[0] as ChaosEvent);
    const first = model.view(moment(5_000_000)).series.points;
    expect(model.view(moment(5_000_900)).series.points).toBe(first);
    const second = model.view(moment(5_001_000)).series.points;
    expect(first).toHaveLength(600);
    expect(second).toHaveLength(600);
    expect(second[0]).toBe(first[1]);
  });
});

describe("rules to draw", () => {
  it("are the bounds of each ttft expectation, with whom and when they bind", () => {
    const expect_ = [
      { name: "ttft", params: { p95: "4s", p50: "900ms" }, in: ["storm"] },
      { name: "ttft", params: { p99: "10s", at: "front_door" }, where: { model: "big" } },
      { name: "success_rate", params: { at_least: "99%" } },
    ];
    expect(viewOf(story({ expect: expect_ })).rules).toEqual([
      { label: "p50 ≤ 900 ms", mostMs: 900, phases: ["storm"] },
      { label: "p95 ≤ 4 s", mostMs: 4_000, phases: ["storm"] },
      { label: "p99 ≤ 10 s at the front door where { model: big }", mostMs: 10_000, phases: undefined },
    ]);
  });
});

describe("the scenario and its faults", () => {
  const played = () =>
    story()
      .phase("baseline", { lastsMs: 10_000 })
      .at(10_000)
      .phase("storm", { fault: "rate_limit", lastsMs: 20_000 })
      .at(12_000);

  it("is a timeline with a now", () => {
    const s = played();
    // What a later phase will be stands in the scenario from the start.
    const { scenario, head } = viewOf(s);
    expect(scenario).toMatchObject([
      { name: "baseline", state: "done", fromMs: 0, toMs: 10_000 },
      { name: "storm", state: "now", fromMs: 10_000, toMs: 30_000, faults: ["rate_limit"] },
    ]);
    expect(head).toMatchObject({ state: "running", plannedMs: 30_000, nowMs: 12_000 });
  });

  it("counts hits for each rule, and says when every call meets a fault", () => {
    const s = played();
    for (let i = 0; i < 6; i++) s.received(`c${i}`).replied(`c${i}`, 429, { fault: "rate_limit" });
    const faults = [{ id: "storm/1", fault: "rate_limit", explained: "a 429" }];
    const view = viewOf(s, { faults });
    expect(view.faults).toMatchObject([{ id: "storm/1", state: "on", injected: false, hits: 6 }]);
    expect(view.head.blast).toBe("1 fault on every call");
    expect(view.calls.rows[0]?.faults).toEqual(["rate_limit"]);
    expect(viewOf(s.received("c9"), { faults }).head.blast).toBeUndefined();
  });

  it("shows a fault before its phase begins", () => {
    const s = story().phase("baseline", { lastsMs: 10_000 });
    const [start] = s.events as [ChaosEvent<"run_started">];
    const scenario = start.scenario as { phases: object[] };
    scenario.phases.push({
      name: "storm",
      lastsMs: 5_000,
      faults: [{ id: "storm/1", fault: "stall", params: {}, where: {}, chance: 0.5 }],
    });
    expect(viewOf(s.at(4_000)).faults).toMatchObject([
      { id: "storm/1", state: "queued", startsAtMs: 10_000, explained: "stall on 50 %" },
    ]);
  });
});

describe("the end", () => {
  it("stands still, and is neither passed nor failed when it was stopped", () => {
    const { head, series } = viewOf({ events: story().at(4_000).ended("panic").events, nowMs: 90_000 });
    expect(head).toMatchObject({ state: "stopped", nowMs: 4_000, endedWhy: "panic" });
    expect(series.points).toHaveLength(5);
    expect(viewOf(story().ended()).head.state).toBe("ended");
  });

  it("gives up what was waiting", () => {
    const view = viewOf(story(undriven).received("c1").replied("c1", 429).ended());
    expect(view.calls.endings).toMatchObject({ open: 0, lost: 1 });
  });
});

describe("money", () => {
  const cost = (call: string, usd: number | undefined, kind: "live" | "stub" = "live") =>
    ({ type: "cost_settled", call, kind, input_tokens: 100, output_tokens: 20, usd, estimated: false }) as const;
  const answered = (call: string) => ({ type: "upstream_headers", call, status: 200 }) as const;

  it("tells what was spent, saved and wasted, whichever of the end and the price comes first", () => {
    const s = story().received("c1").event(answered("c1")).event(cost("c1", 0.01)).replied("c1", 200);
    s.received("c2").event(answered("c2")).event(cost("c2", 0.02)).replied("c2", 200, { how: "cut" });
    s.received("c3").event(answered("c3")).replied("c3", 200, { how: "cut" }).event(cost("c3", 0.04));
    s.received("c4")
      .event(answered("c4"))
      .replied("c4", 200)
      .event(cost("c4", 0.5, "stub"));
    s.received("c5").replied("c5", 200).event(cost("c5", undefined));
    const { money } = viewOf(s);
    expect(money.spentUsd).toBeCloseTo(0.07);
    expect(money.wastedUsd).toBeCloseTo(0.06);
    expect(money).toMatchObject({ savedUsd: 0.5, wastedTokens: 240, unpriced: 1, inputTokens: 500 });
  });

  it("is unknown, not nothing, without prices", () => {
    expect(viewOf(story()).money).toMatchObject({ spentUsd: undefined, savedUsd: undefined });
  });
});

describe("expectations and the log", () => {
  const judged = (verdict: "pass" | "fail" | "inconclusive", atMs = 1_200) => [
    { name: "no_hang", explained: "no call hangs", phase: null, verdict, summary: "1 of 9", call: "c8", atMs },
  ];

  it("stand as not judged before the first judgement, then since when they are broken", () => {
    const model = createViewModel();
    for (const event of story({ expect: [{ name: "no_hang" }] }).events) model.fold(event);
    expect(model.view(moment(0)).expectations).toMatchObject({ rows: [{ state: "open", summary: "not judged yet" }] });
    model.judged(judged("fail"), 2_000, false);
    model.judged(judged("fail", 5_000), 6_000, false);
    const { expectations, log } = model.view(moment(7_000));
    expect(expectations).toMatchObject({
      provisional: true,
      judgedAtMs: 6_000,
      rows: [{ state: "broken", sinceMs: 1_200, call: "c8" }],
    });
    expect(log.map(({ text }) => text)).toEqual(["✗ broken: no call hangs (1 of 9)"]);
    model.judged(judged("pass"), 8_000, true);
    expect(model.view(moment(8_000)).expectations).toMatchObject({ provisional: false, rows: [{ state: "holds" }] });
  });

  it("log changes of state, never a line for each call", () => {
    const s = story().phase("storm", { lastsMs: 5_000 });
    for (let i = 0; i < 20; i++) s.received(`c${i}`).replied(`c${i}`, 429, { afterMs: 10, announced: 1_000 });
    s.event({ type: "command", who: "ada", method: "fault.inject", params: { fault: "stall" } }).ended("panic");
    expect(viewOf(s).log.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      "end: panic",
      'command: fault.inject {"fault":"stall"} by ada',
      "limit: tokens/min begins to bite: 429, made by a fault",
      "phase: storm",
    ]);
  });
});

it("is plain data, as it has to be to travel", () => {
  const s = story().phase("a", { fault: "stall" }).front("f1").received("c1", { trace: "trace-f1" }).replied("c1", 429);
  const kinds = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    kinds.add(Object.getPrototypeOf(value).constructor.name);
    for (const inner of Object.values(value)) walk(inner);
  };
  walk(viewOf(s, { readings: [{ dimension: "tpm", limit: 10, used: 5, resetMs: 1 }] }));
  expect([...kinds].sort()).toEqual(["Array", "Object"]);
});

it("logs a change of limits with its amounts, and the end of all", () => {
  const told = story();
  const row = { label: "mine", per: "all" as const, limits: { rpm: 30, tpm: 3_000 } };
  told.event({ type: "limits_changed", limits: [{ label: "mine" }], rows: [row] });
  told.event({ type: "limits_changed", limits: [], rows: [] });
  expect(viewOf(told).log.slice(0, 2)).toMatchObject([
    { kind: "limit", text: "no limit is counted any more" },
    { kind: "limit", text: "limits changed: mine (rpm 30, tpm 3,000)" },
  ]);
});

it("says of a run that is over what was biting at its end, not what bites now", () => {
  const told = story().received("c1").replied("c1", 429, { dimension: "rpm", origin: "counted" });
  expect(viewOf(told).limits.verdict).toBe("requests/min bites now: 1 refused in the last 10 s");
  const over = { events: told.ended().events, nowMs: told.nowMs };
  expect(viewOf(over).limits.verdict).toBe("requests/min was biting at the end: 1 refused in the last 10 s");
  const long = story().received("c1").replied("c1", 429, { dimension: "rpm" }).after(60_000);
  expect(viewOf({ events: long.ended().events, nowMs: long.nowMs }).limits.verdict).toBe(
    "none was biting at the end; requests/min did before",
  );
});
