import { describe, expect, test } from "vitest";
import { type Story, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: unknown = {}) => story({ expect: [{ name: "retry_after_honoured", params }] }).phase("storm");

/** A refusal that asks for 5 s, and a retry after that gap. */
const retried = (gapMs: number, params?: unknown) =>
  told(params)
    .received("c1")
    .replied("c1", 429, { afterMs: 3, announced: 5_000 })
    .received("c2", { afterMs: gapMs, retryOf: "c1", count: 1 })
    .replied("c2", 200, { afterMs: 100 });

describe("passes", () => {
  test.each([4_950, 5_000, 5_200, 60_000])("a retry %i ms after a wait of 5 s", (gapMs) => {
    expect(judged(retried(gapMs))).toMatchObject({ verdict: "pass", evidence: [] });
  });

  test("and tells the exact from the overslept", () => {
    expect(judged(retried(5_010)).summary).toBe("1 of 1 wait respected (0 early, 1 exact, 0 overslept)");
    expect(judged(retried(9_000)).summary).toBe("1 of 1 wait respected (0 early, 0 exact, 1 overslept, by up to 4 s)");
  });

  test("a fallback at once is no retry", () => {
    const fallback = told()
      .received("c1", { prompt: "p" })
      .replied("c1", 429, { announced: 5_000 })
      .received("c2", { afterMs: 3, prompt: "p", model: "small" })
      .replied("c2", 200);
    expect(judged(fallback)).toMatchObject({
      verdict: "pass",
      summary: expect.stringContaining("nobody retried; 1 refusal"),
    });
  });

  test("a continuation after a cut, and a client that left before the refusal came, were told no wait", () => {
    const untold = told().received("c0").replied("c0", 429, { announced: 5_000 });
    untold
      .front("f1")
      .received("c1", { prompt: "p", trace: "trace-f1" })
      .replied("c1", 200, { how: "cut", textLength: 9 });
    untold.received("c2", { prompt: "p", trace: "trace-f1", body: "with the half", afterMs: 5 }).replied("c2", 200);
    untold.received("c3").replied("c3", 429, { how: "client_left", afterMs: 900, announced: 5_000 });
    untold.received("c4", { retryOf: "c3", count: 1, afterMs: 5 }).replied("c4", 200);
    expect(judged(untold).summary).toBe("nobody retried; 1 refusal with an announced wait");
  });

  test("parallel calls with one prompt are not retries of each other", () => {
    const parallel = told();
    for (const call of ["c1", "c2", "c3"]) parallel.received(call, { afterMs: 1, body: "b" });
    parallel.replied("c1", 429, { afterMs: 10, announced: 5_000 }).replied("c2", 200).replied("c3", 200);
    expect(judged(parallel).summary).toContain("nobody retried");
  });

  test("a hedged request that was on its way before the refusal", () => {
    const hedged = told()
      .received("c1", { identity: "i" })
      .received("c2", { afterMs: 10, identity: "i" })
      .replied("c1", 429, { afterMs: 10, announced: 5_000 })
      .replied("c2", 200, { afterMs: 50 });
    expect(judged(hedged).verdict).toBe("pass");
  });
});

describe("fails", () => {
  test("and names both events", () => {
    const result = judged(retried(12));
    expect(result).toMatchObject({
      verdict: "fail",
      summary: "0 of 1 wait respected (1 early, 0 exact, 0 overslept)",
      evidence: [{ got: "next attempt after 12 ms", wanted: "≥ 5 s" }],
    });
    const events = retried(12).events.filter(({ seq }) => result.evidence[0]?.events.includes(seq));
    expect(events.map((event) => [event.type, "call" in event && event.call])).toEqual([
      ["call_refused", "c1"],
      ["call_received", "c2"],
    ]);
  });

  test("beyond the tolerance, not at it", () => {
    expect(judged(retried(4_949)).verdict).toBe("fail");
    expect(judged(retried(4_500, { tolerance: "500ms" })).verdict).toBe("pass");
  });

  test("when a retry crosses into the next phase", () => {
    const crossing = told()
      .received("c1")
      .replied("c1", 429, { announced: 5_000 })
      .phase("recovery")
      .received("c2", { afterMs: 10, retryOf: "c1", count: 1 })
      .replied("c2", 200);
    expect(judged(crossing).verdict).toBe("fail");
  });

  test("when a queue around the client library tries again at once, though the library itself waited", () => {
    const nested = told();
    [0, 1, 2, 0].forEach((count, i) => {
      const gap = i === 0 ? 0 : i === 3 ? 20 : 5_001;
      nested.received(`c${i}`, { afterMs: gap, body: "b", count }).replied(`c${i}`, 429, { announced: 5_000 });
    });
    expect(judged(nested)).toMatchObject({
      verdict: "fail",
      evidence: [{ note: expect.stringContaining("c3 repeats c2") }],
    });
  });

  test("when the stream is refused and the whole is asked for at once", () => {
    const unstreamed = told().received("c1", { prompt: "p" }).replied("c1", 429, { announced: 5_000 });
    expect(
      judged(unstreamed.received("c2", { prompt: "p", stream: false, afterMs: 10 }).replied("c2", 200)).verdict,
    ).toBe("fail");
  });

  test("when the count always says 0, by the equal body", () => {
    const unmarked = told()
      .received("c1", { body: "b", count: 0 })
      .replied("c1", 429, { announced: 5_000 })
      .received("c2", { afterMs: 400, body: "b", count: 0 })
      .replied("c2", 200);
    expect(judged(unmarked).verdict).toBe("fail");
  });

  /** 99 polite calls and one that is not, in one story. */
  const many = (params: unknown) => {
    const story = told(params);
    for (let i = 0; i < 100; i++)
      story
        .received(`a${i}`)
        .replied(`a${i}`, 429, { announced: 1_000 })
        .received(`b${i}`, { afterMs: i === 0 ? 5 : 1_001, retryOf: `a${i}`, count: 1 })
        .replied(`b${i}`, 200);
    return judged(story);
  };

  test("at a share below at_least", () => {
    expect(many({})).toMatchObject({ verdict: "pass", evidence: [{ got: "next attempt after 5 ms" }] });
    expect(many({ at_least: "99.5%" }).verdict).toBe("fail");
  });

  test("though our own loop was late: 40 ms do not excuse 5 s, and a delay in the middle excuses nothing", () => {
    const atTheEnd = told().received("c1").replied("c1", 429, { announced: 5_000 });
    expect(judged(atTheEnd.received("c2", { afterMs: 12, retryOf: "c1", count: 1 }).delayed(40)).verdict).toBe("fail");
    const between = told().received("c1").replied("c1", 429, { announced: 5_000 }).after(2_500).delayed(40);
    expect(judged(between.received("c2", { afterMs: 2_420, retryOf: "c1", count: 1 })).verdict).toBe("fail");
  });

  test("with at most five pieces of evidence, the worst first", () => {
    const bad = told();
    for (let i = 1; i <= 8; i++)
      bad
        .received(`a${i}`)
        .replied(`a${i}`, 429, { announced: i * 1_000 })
        .received(`b${i}`, { afterMs: 1, retryOf: `a${i}`, count: 1 })
        .replied(`b${i}`, 200);
    const { evidence } = judged(bad);
    expect(evidence).toHaveLength(5);
    expect(evidence[0]?.wanted).toBe("≥ 8 s");
  });
});

describe("tells the client library's own cap, by how it waits", () => {
  /** Pairs of an announced wait and the one that was made, in seconds. */
  const waits = (...pairs: readonly (readonly [number, number])[]) => {
    const capped = told({ at_least: "10%" });
    pairs.forEach(([announced, waited], i) => {
      capped.received(`a${i}`).replied(`a${i}`, 429, { announced: announced * 1_000 });
      capped.received(`b${i}`, { afterMs: waited * 1_000, retryOf: `a${i}`, count: 1 }).replied(`b${i}`, 200);
    });
    return judged(capped).summary;
  };

  test("when longer waits are ignored", () => {
    expect(waits([5, 5], [60, 60], [90, 0.4], [300, 1])).toContain(
      "waits up to 1 min are respected, from 1 min 30 s on it is back after 400 ms to 1 s: the client library ignores longer ones (1 min as in openai for Node 7",
    );
    expect(waits([5, 5], [5, 5], [10, 0.4], [10, 1])).toMatch(/ignores longer ones$/);
  });

  test("when longer waits are cut short", () => {
    expect(waits([2, 2], [3, 3], [90, 5.5], [30, 5.3])).toMatch(
      /back after 5\.3 s to 5\.5 s: the client library cuts a wait short$/,
    );
  });

  test("and no cap where length does not tell the early from the others, or where there are too few", () => {
    for (const summary of [
      waits([5, 5], [90, 90], [60, 0.4], [60, 1]),
      waits([5, 0.4], [90, 0.4], [5, 5], [10, 10]),
      waits([5, 5], [90, 0.4], [90, 1]),
      waits([90, 0.4], [90, 1]),
    ])
      expect(summary).not.toContain("client library");
  });

  test("and an ignored wait stays an early retry", () => {
    const capped = told();
    [5, 5, 90, 90].forEach((seconds, i) => {
      capped.received(`a${i}`).replied(`a${i}`, 429, { announced: seconds * 1_000 });
      capped.received(`b${i}`, { afterMs: Math.min(seconds, 60) * 999 + 10, retryOf: `a${i}`, count: 1 });
    });
    expect(judged(capped).verdict).toBe("fail");
  });
});

describe("is inconclusive", () => {
  const late = (told: Story) => told.delayed(40);

  test("when our own loop was late at either end by more than decides", () => {
    const refusedLate = late(told().received("c1").replied("c1", 429, { afterMs: 50, announced: 5_000 }));
    refusedLate.received("c2", { afterMs: 4_920, retryOf: "c1", count: 1 });
    expect(judged(refusedLate)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("our own loop"),
    });

    const headLate = told().received("c1").replied("c1", 429, { announced: 5_000 });
    late(headLate.received("c2", { afterMs: 4_960, retryOf: "c1", count: 1 }).after(10));
    expect(judged(headLate).verdict).toBe("inconclusive");
  });

  test("when most waits are void, though the few others were respected", () => {
    const mostly = (voids: number) => {
      const on = told();
      for (let i = 0; i < voids; i++) {
        late(on.received(`a${i}`).replied(`a${i}`, 429, { afterMs: 50, announced: 5_000 }));
        on.received(`b${i}`, { afterMs: 4_920, retryOf: `a${i}`, count: 1 })
          .replied(`b${i}`, 200)
          .after(2_000);
      }
      on.received("c1").replied("c1", 429, { announced: 5_000 });
      return on.received("c2", { afterMs: 5_100, retryOf: "c1", count: 1 }).replied("c2", 200);
    };
    expect(judged(mostly(1)).verdict).toBe("pass");
    expect(judged(mostly(2))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("1 of 1 wait respected (0 early, 1 exact, 0 overslept, 2 void"),
    });
  });

  test("when nothing was refused, or no refusal announced a wait", () => {
    expect(judged(told().received("c1").replied("c1", 200)).summary).toBe("no call was refused");
    expect(judged(told().received("c1").replied("c1", 429))).toMatchObject({
      verdict: "inconclusive",
      summary: "1 refusal, none with a wait longer than the tolerance",
    });
    const short = told()
      .received("c1")
      .replied("c1", 429, { announced: 40 })
      .received("c2", { afterMs: 1, retryOf: "c1", count: 1 });
    expect(judged(short).verdict).toBe("inconclusive");
  });

  test("when links are doubtful, and says what the app should send", () => {
    const shared = told().received("c0", { body: "b" }).replied("c0", 200);
    shared
      .received("c1", { body: "b" })
      .replied("c1", 429, { announced: 5_000 })
      .received("c2", { afterMs: 5, body: "b" });
    expect(judged(shared)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("Idempotency-Key"),
    });
  });
});

test("a date is exact to a second", () => {
  const dated = (gapMs: number) => {
    const params = { hints: ["date"] };
    return story({ expect: [{ name: "retry_after_honoured" }] })
      .phase("storm", { fault: "rate_limit", params })
      .received("c1")
      .replied("c1", 429, { announced: 5_000, fault: "rate_limit" })
      .received("c2", { afterMs: gapMs, retryOf: "c1", count: 1 });
  };
  expect(judged(dated(4_000)).verdict).toBe("pass");
  expect(judged(dated(3_900)).verdict).toBe("fail");
});

test("clock jitter of a few milliseconds changes nothing", () => {
  const jitter = told();
  for (let i = 0; i < 50; i++)
    jitter
      .received(`a${i}`)
      .replied(`a${i}`, 429, { announced: 2_000 })
      .received(`b${i}`, { afterMs: 2_000 + ((i * 7) % 11) - 5, retryOf: `a${i}`, count: 1 })
      .replied(`b${i}`, 200);
  expect(judged(jitter).summary).toBe("50 of 50 waits respected (0 early, 50 exact, 0 overslept)");
});
