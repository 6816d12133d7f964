import { describe, expect, it } from "vitest";
import type { LimitSpec } from "../../src/core/limits.ts";
import type { TraitName } from "../../src/core/report.ts";
import { createRng } from "../../src/core/rng.ts";
import { buildReport } from "../../src/report/index.ts";
import { fromTo, largest } from "../../src/report/profile/reading.ts";
import { type Story, story } from "../support/events.ts";
import { historyOf } from "../support/report.ts";

/** A client with a known reaction: pauses before its retries, and what it gets each time. */
interface Script {
  statuses: readonly number[];
  /** Before retry n, from 1. */
  pauseMs: (nth: number) => number;
  announced?: number;
  /** It counts its retries, as client libraries do. */
  counts?: boolean;
  model?: string;
}

function play(told: Story, id: string, { statuses, pauseMs, announced, counts = true, model }: Script): Story {
  told.front(`f-${id}`);
  statuses.forEach((status, index) => {
    const joins = { trace: `trace-f-${id}`, ...(model !== undefined && { model }) };
    const again = index === 0 ? {} : { retryOf: `c-${id}-0`, afterMs: pauseMs(index) };
    told.received(`c-${id}-${index}`, { ...joins, ...again, ...(counts && { count: index }) });
    told.replied(`c-${id}-${index}`, status, { afterMs: 20, ...(announced !== undefined && { announced }) });
  });
  return told.frontEnded(`f-${id}`, statuses.at(-1) === 200 ? 200 : 500).after(100);
}

function many(count: number, script: (n: number) => Script, told = story().phase("storm")): Story {
  for (let n = 0; n < count; n++) play(told, `${n}`, script(n));
  return told;
}

const profileOf = (told: Story) => buildReport(historyOf(told.after(10_000).ended()), []).profile;
const wordsOf = (told: Story, name: TraitName) =>
  profileOf(told)
    .traits.filter((trait) => trait.name === name)
    .map(({ words }) => words);
const traitOf = (told: Story, name: TraitName) => profileOf(told).traits.find((trait) => trait.name === name);
const whyNot = (told: Story, name: TraitName) => profileOf(told).notMeasured.find((one) => one.name === name)?.why;

describe("what it repeats", () => {
  it("is told by the kind of trouble, with how often, how many calls and where to look", () => {
    const told = many(5, () => ({ statuses: [429, 429, 429], pauseMs: () => 500 }));
    const trait = traitOf(told, "retries");
    expect(trait).toMatchObject({ words: "retries 2 times after 429 rate limit", samples: 5, of: "calls" });
    expect(trait?.numbers).toEqual({ mostRetries: 2, gaveUp: 5, retriedShare: 1 });
    const first = told.events.find((event) => event.type === "call_received");
    expect(trait?.events[0]).toBe(first?.seq);
  });

  it("tells troubles that are repeated from those that are not", () => {
    const told = many(4, () => ({ statuses: [500, 500], pauseMs: () => 500 }));
    for (let n = 10; n < 14; n++) play(told, `${n}`, { statuses: [429], pauseMs: () => 0 });
    expect(wordsOf(told, "retries")).toEqual([
      "retries 1 time after 500 server error",
      "does not repeat after 429 rate limit",
    ]);
  });

  it("is no bound where every call was served in the end", () => {
    const told = many(4, () => ({ statuses: [429, 429, 200], pauseMs: () => 500 }));
    expect(wordsOf(told, "retries")).toEqual([
      "retries after 429 rate limit, 2 times at most seen; where it gives up was not seen",
    ]);
  });

  it("is a range where calls differ, and says in how many calls it happens at all", () => {
    const told = many(6, (n) => ({ statuses: Array(n < 3 ? 3 : 5).fill(429), pauseMs: () => 500 }));
    expect(wordsOf(told, "retries")).toEqual(["retries 2 to 4 times after 429 rate limit"]);
    const half = many(4, (n) => ({ statuses: n % 2 === 0 ? [429, 429] : [429], pauseMs: () => 500 }));
    expect(wordsOf(half, "retries").join()).toContain("in 50 % of calls");
  });

  it("is not told from two calls, nor from what the end of the log came upon, nor from what our budget refused", () => {
    const two = many(2, () => ({ statuses: [429], pauseMs: () => 0 }));
    expect(wordsOf(two, "retries")).toEqual([]);
    expect(whyNot(two, "retries")).toContain("only 2 seen");
    const late = story({ driven: false }).phase("storm");
    for (let n = 0; n < 5; n++) late.received(`c${n}`).replied(`c${n}`, 429, { announced: 5_000, afterMs: 1 });
    expect(buildReport(historyOf(late.ended()), []).profile.notMeasured).toContainEqual({
      name: "retries",
      why: "no call met trouble",
    });
    const budget = story().phase("storm");
    for (let n = 0; n < 5; n++) budget.received(`c${n}`).replied(`c${n}`, 403, { origin: "budget" });
    expect(whyNot(budget, "retries")).toBe("no call met trouble");
  });

  it("names two layers only when the client's own count began anew", () => {
    const nested = story().phase("storm");
    for (let n = 0; n < 3; n++) {
      nested.front(`f${n}`);
      for (const [index, count] of [0, 1, 2, 0, 1, 2].entries()) {
        const joins = index === 0 ? { trace: `trace-f${n}` } : { retryOf: `c${n}-0`, afterMs: 500 };
        nested.received(`c${n}-${index}`, { ...joins, count }).replied(`c${n}-${index}`, 500, { afterMs: 10 });
      }
      nested.frontEnded(`f${n}`, 500);
    }
    expect(wordsOf(nested, "retries").join()).toContain("two layers retry");
    // A loop of the app's own around a client that never retries sends a count of 0 each time.
    const own = many(4, () => ({ statuses: [500, 500, 500], pauseMs: () => 400, counts: false }));
    expect(wordsOf(own, "retries").join()).not.toContain("two layers");
  });
});

describe("the backoff", () => {
  const jittered = (count: number, pauseOf: (nth: number, drawn: number) => number, retries = 3) => {
    const rng = createRng(11);
    return many(count, () => ({
      statuses: Array(retries + 1).fill(500),
      pauseMs: (nth) => pauseOf(nth, rng.next()),
    }));
  };

  it("of a client that doubles from half a second and takes up to a quarter off", () => {
    const told = jittered(30, (nth, drawn) => 500 * 2 ** (nth - 1) * (1 - drawn / 4));
    const trait = traitOf(told, "backoff");
    expect(trait?.words).toMatch(/^backoff (4[89]0|5[012]0) ms doubling with 2[3-8] % jitter$/);
    expect(trait).toMatchObject({ samples: 90, of: "pauses" });
    expect(trait?.numbers["factor"]).toBeCloseTo(2, 0);
  });

  it("is not moved by one late timer in twelve", () => {
    const told = jittered(24, (nth, drawn) => 500 * 2 ** (nth - 1) * (1 - drawn / 4) + (drawn < 0.08 ? 3_000 : 0));
    expect(traitOf(told, "backoff")?.words).toMatch(
      /^backoff (4[6-9]0|5[0-4]0) ms doubling with (2\d|3[0-3]) % jitter$/,
    );
  });

  it("that stops to grow tells where", () => {
    const told = many(6, () => ({
      statuses: Array(6).fill(500),
      pauseMs: (nth) => Math.min(2_000, 500 * 2 ** (nth - 1)),
    }));
    expect(wordsOf(told, "backoff")).toEqual(["backoff 500 ms doubling up to 2 s without jitter"]);
  });

  it.each([
    ["constant pauses", () => 2_000, "backoff 2 s each time without jitter"],
    [
      "pauses that grow by equal steps",
      (nth: number) => nth * 1_000,
      "backoff 1 s growing by equal steps without jitter",
    ],
    [
      "pauses that grow threefold",
      (nth: number) => 200 * 3 ** (nth - 1),
      "backoff 200 ms growing 3.0 times without jitter",
    ],
    ["no pause at all", () => 3, "repeats at once, without a pause"],
  ])("tells %s", (_name, pauseMs, words) => {
    expect(
      wordsOf(
        many(6, () => ({ statuses: Array(4).fill(500), pauseMs })),
        "backoff",
      ),
    ).toEqual([words]);
  });

  it("does not guess a growth from few pauses that jitter all over", () => {
    const told = jittered(4, (nth, drawn) => 1_000 * 2 ** (nth - 1) * drawn, 2);
    expect(traitOf(told, "backoff")?.words ?? "").not.toMatch(/doubling|growing|each time/);
  });

  it("is not fitted to pauses that were announced and kept, nor to two of them", () => {
    const kept = many(6, () => ({ statuses: [429, 429], pauseMs: () => 1_010, announced: 1_000 }));
    expect(whyNot(kept, "backoff")).toBe("every refusal said how long to wait");
    const two = many(2, () => ({ statuses: [500, 500], pauseMs: () => 500 }));
    expect(whyNot(two, "backoff")).toContain("fewer than 3");
    expect(
      whyNot(
        many(3, () => ({ statuses: [200], pauseMs: () => 0 })),
        "backoff",
      ),
    ).toBe("nothing was repeated");
  });

  it("is the app's own schedule where it does not listen", () => {
    const told = many(6, () => ({ statuses: [429, 429, 429], pauseMs: () => 100, announced: 5_000 }));
    const trait = traitOf(told, "backoff");
    expect(trait?.words).toBe("backoff 100 ms each time without jitter");
    expect(trait?.of).toContain("against what was announced");
  });
});

describe("Retry-After", () => {
  const waits = (count: number, announced: number, waited: number, told?: Story) => {
    const from = told?.events.length ?? 0;
    const into = told ?? story().phase("storm");
    for (let n = 0; n < count; n++)
      play(into, `${from}-${n}`, { statuses: [429, 200], pauseMs: () => waited, announced });
    return into;
  };

  it("is honoured, with the longest wait that was seen", () => {
    expect(traitOf(waits(4, 5_000, 5_010), "retry_after")).toMatchObject({
      words: "honours Retry-After (longest announced: 5 s)",
      samples: 4,
      numbers: { honoured: 4, honouredShare: 1 },
    });
  });

  it("is honoured up to a wait, and no longer one", () => {
    const told = waits(5, 120_000, 8_000, waits(5, 60_000, 60_020, waits(5, 1_000, 1_005)));
    expect(traitOf(told, "retry_after")).toMatchObject({
      words: "honours Retry-After up to 1 min, not one of 2 min or more",
      numbers: { honoursUpToMs: 60_000, ignoresFromMs: 120_000 },
    });
  });

  it("is ignored, with the events of waits that were broken", () => {
    const told = waits(4, 5_000, 500);
    const trait = traitOf(told, "retry_after");
    expect(trait?.words).toBe("ignores Retry-After");
    const refusal = told.events.find((event) => event.type === "call_refused");
    expect(trait?.events[0]).toBe(refusal?.seq);
  });

  it("is honoured in a share of waits where no length tells them apart", () => {
    const told = waits(4, 5_000, 500, waits(4, 5_000, 5_005));
    expect(wordsOf(told, "retry_after")).toEqual(["waits as Retry-After says in 50 % of cases"]);
  });

  it("is waited for 10 % too little: ignored, however near", () => {
    expect(wordsOf(waits(4, 5_000, 4_500), "retry_after")).toEqual(["ignores Retry-After"]);
  });

  it("is waited for in one call of three, else 10 % too little", () => {
    const told = waits(8, 5_000, 4_500, waits(4, 5_000, 5_005));
    expect(wordsOf(told, "retry_after")).toEqual(["waits as Retry-After says in 33 % of cases"]);
  });

  it("is ignored by one whose constant pause is longer than some of the waits by chance", () => {
    const told = waits(30, 80, 100, waits(10, 2_000, 100));
    expect(traitOf(told, "retry_after")).toMatchObject({ words: "ignores Retry-After", samples: 10 });
    expect(wordsOf(told, "backoff").join()).toMatch(/^backoff 100 ms before the first retry/);
  });

  it("is not told where its own pauses were longer than all of them", () => {
    const told = waits(6, 1_000, 5_000);
    expect(wordsOf(told, "retry_after")).toEqual([]);
    expect(whyNot(told, "retry_after")).toBe("its own pauses were longer than every announced wait");
    // A header has whole seconds: 194 ms are announced as one second.
    expect(wordsOf(waits(6, 194, 1_003), "retry_after")).toEqual(["honours Retry-After (longest announced: 194 ms)"]);
  });

  it("is not told without announced waits, nor from two of them", () => {
    expect(
      whyNot(
        many(4, () => ({ statuses: [500, 200], pauseMs: () => 500 })),
        "retry_after",
      ),
    ).toBe("no refusal announced a wait");
    expect(whyNot(waits(2, 5_000, 5_010), "retry_after")).toContain("only 2 repeats");
    expect(
      whyNot(
        many(4, () => ({ statuses: [429], pauseMs: () => 0, announced: 900 })),
        "retry_after",
      ),
    ).toBe("no refused call was repeated");
  });
});

describe("its own bound on calls in flight", () => {
  /** `users` come at once; the app lets `bound` of them through and refuses the others before any call. */
  function crowd(
    told: Story,
    { users, bound, shedLater = false }: { users: number; bound: number; shedLater?: boolean },
  ) {
    const at = told.events.length;
    for (let n = 0; n < users; n++) {
      told.front(`f${at}-${n}`);
      if (n < bound) told.received(`c${at}-${n}`, { trace: `trace-f${at}-${n}` });
      else if (!shedLater) told.frontEnded(`f${at}-${n}`, 503, { matched: { shed: true } });
    }
    told.after(500);
    for (let n = 0; n < Math.min(users, bound); n++) told.replied(`c${at}-${n}`, 200).frontEnded(`f${at}-${n}`, 200);
    told.after(100);
    if (shedLater) for (let n = bound; n < users; n++) told.frontEnded(`f${at}-${n}`, 503, { matched: { shed: true } });
    return told;
  }

  it("is seen by those it held back while the level stood at its highest", () => {
    const told = crowd(story().phase("storm"), { users: 26, bound: 20 });
    expect(traitOf(told, "in_flight")).toMatchObject({ words: "at most 20 calls in flight", samples: 6 });
    expect(wordsOf(told, "shedding")).toEqual(["sheds with 503"]);
  });

  it("is not told where nobody was held back, or for another reason than the bound", () => {
    const free = crowd(story().phase("storm"), { users: 8, bound: 8 });
    expect(whyNot(free, "in_flight")).toBe("up to 8 seen, and nobody was held back");
    // An open circuit: they are shed when nothing is in flight.
    const circuit = crowd(story().phase("storm"), { users: 12, bound: 8, shedLater: true });
    expect(whyNot(circuit, "in_flight")).toBe("up to 8 seen, and nobody was held back");
    expect(wordsOf(circuit, "in_flight")).toEqual([]);
  });

  it("is not told where a user waits for a better moment, though no more users than calls are there", () => {
    const told = story().phase("baseline");
    for (let round = 0; round < 3; round++) crowd(told, { users: 6, bound: 6 });
    told.phase("storm", { fault: "rate_limit" });
    for (let round = 0; round < 4; round++) {
      told.front(`w${round}`);
      for (let n = 0; n < 5; n++)
        told.front(`f${round}-${n}`).received(`x${round}-${n}`, { trace: `trace-f${round}-${n}` });
      told.received(`w${round}`, { trace: `trace-w${round}`, afterMs: 900 });
      for (let n = 0; n < 5; n++) told.replied(`x${round}-${n}`, 200).frontEnded(`f${round}-${n}`, 200);
      told.replied(`w${round}`, 200, { afterMs: 50 }).frontEnded(`w${round}`, 200).after(50);
    }
    const { calls } = buildReport(historyOf(told), []);
    expect(calls.flags.queued, "the story is one of waits that look like a queue").toBe(4);
    expect(whyNot(told, "in_flight")).toBe("up to 6 seen, and nobody was held back");
  });

  it("is not told without a front door", () => {
    const told = story({ driven: false }).phase("storm").received("c1").replied("c1", 200, { afterMs: 10 });
    expect(whyNot(told, "in_flight")).toContain("without a front door");
    expect(whyNot(told, "shedding")).toBe("the front door was not driven");
  });
});

describe("the fallback", () => {
  function fallsBack(told: Story, id: string, refusals: number): Story {
    told.front(`f-${id}`);
    for (let n = 0; n < refusals; n++) {
      const joins = n === 0 ? { trace: `trace-f-${id}`, prompt: `p-${id}` } : { retryOf: `c-${id}-0`, afterMs: 50 };
      told.received(`c-${id}-${n}`, { ...joins, count: n }).replied(`c-${id}-${n}`, 429, { afterMs: 10 });
    }
    told.received(`d-${id}`, { trace: `trace-f-${id}`, prompt: `p-${id}`, model: "small", afterMs: 5 });
    return told.replied(`d-${id}`, 200, { afterMs: 100 }).frontEnded(`f-${id}`, 200).after(50);
  }

  it("is named with its target and the failure after which it comes", () => {
    const told = story().phase("storm");
    for (let n = 0; n < 4; n++) fallsBack(told, `${n}`, 2);
    expect(traitOf(told, "fallback")).toMatchObject({
      words: "falls back to small after the second 429 rate limit",
      samples: 4,
      numbers: { switches: 4, straight: 0, afterFailures: 2, afterShare: 1 },
    });
  });

  it("counts those that went there straight away, by the app's own sign", () => {
    const told = fallsBack(story().phase("storm"), "first", 1);
    for (let n = 0; n < 3; n++) {
      told.front(`g${n}`).received(`g${n}`, { trace: `trace-g${n}`, model: "small" });
      told.replied(`g${n}`, 200, { afterMs: 50 }).frontEnded(`g${n}`, 200, { matched: { fallback: true } });
    }
    expect(traitOf(told, "fallback")).toMatchObject({
      words: "falls back to small after the first 429 rate limit",
      samples: 4,
      of: "calls, 3 of them straight away",
    });
  });

  it("is not a second model that is always used, nor a repeat with the same one", () => {
    const both = story().phase("storm");
    for (let n = 0; n < 4; n++) {
      both
        .front(`f${n}`)
        .received(`a${n}`, { trace: `trace-f${n}`, prompt: `p${n}` })
        .replied(`a${n}`, 200, { afterMs: 9 });
      both.received(`b${n}`, { trace: `trace-f${n}`, prompt: `p${n}`, model: "small" });
      both.replied(`b${n}`, 200, { afterMs: 9 }).frontEnded(`f${n}`, 200);
    }
    expect(wordsOf(both, "fallback")).toEqual([]);
    expect(whyNot(both, "fallback")).toBe("no call met trouble");
    expect(
      whyNot(
        many(4, () => ({ statuses: [429, 200], pauseMs: () => 50 })),
        "fallback",
      ),
    ).toBe("none was seen");
  });
});

describe("patience", () => {
  function leaves(told: Story, id: string, afterMs: number): Story {
    told.front(`f-${id}`).received(`c-${id}`, { trace: `trace-f-${id}` });
    told.replied(`c-${id}`, 0, { how: "client_left", afterMs });
    return told.frontEnded(`f-${id}`, 504).after(20);
  }

  it("is a deadline of the app's own where it leaves after nearly equal waits", () => {
    const told = story().phase("storm");
    for (const [index, ms] of [5_000, 5_004, 5_011, 4_998].entries()) leaves(told, `${index}`, ms);
    expect(wordsOf(told, "patience")).toEqual(["gives up after 5 s without a first token"]);
  });

  it("is none where it leaves at any time", () => {
    const told = story().phase("storm");
    for (const [index, ms] of [900, 5_004, 2_011, 7_998].entries()) leaves(told, `${index}`, ms);
    expect(wordsOf(told, "patience")).toEqual([]);
    expect(whyNot(told, "patience")).toContain("after no common time");
  });
});

it("sheds from the ramp's step on, with the counts of those that never reached the provider", () => {
  const told = story().phase("ramp");
  for (const concurrency of [20, 31]) {
    told.event({ type: "load_step_started", concurrency, repeat: 1 });
    told.event({ type: "load_step_settled", concurrency, repeat: 1 });
    for (let n = 0; n < 6; n++) {
      const front = `f${concurrency}-${n}`;
      told.front(front, { step: concurrency, repeat: 1 });
      if (concurrency === 31) told.after(5).frontEnded(front, 503, { matched: { shed: true } });
      else
        told
          .received(front, { trace: `trace-${front}` })
          .replied(front, 200, { afterMs: 9 })
          .frontEnded(front, 200);
    }
    told.event({ type: "load_step_ended", concurrency, repeat: 1, trustworthy: true });
  }
  expect(traitOf(told, "shedding")).toMatchObject({
    words: "sheds with 503 from 31 concurrent users",
    numbers: { status: 503, beforeCalling: 6, afterCalling: 0, fromConcurrency: 31 },
  });
});

it("takes as many values as a long run has, more than one call takes arguments", () => {
  const values = Array.from({ length: 300_000 }, (_, index) => 1 + (index % 4));
  expect(largest(values)).toBe(4);
  expect(fromTo(values)).toBe("1 to 4");
  expect(largest([])).toBe(0);
});

it("of a run without trouble claims nothing, and says why", () => {
  const limits: LimitSpec[] = [];
  const quiet = many(5, () => ({ statuses: [200], pauseMs: () => 0 }), story({ limits }).phase("baseline"));
  const { traits, notMeasured } = profileOf(quiet);
  expect(traits).toEqual([]);
  expect(notMeasured.map(({ name }) => name)).toEqual([
    "retries",
    "backoff",
    "retry_after",
    "in_flight",
    "fallback",
    "shedding",
  ]);
});
