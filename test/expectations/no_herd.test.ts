import { expect, test } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { type Story, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object = {}) => story({ expect: [{ name: "no_herd", params }] }).phase("storm");

/** All are refused at once; each comes back after its own wait. */
function storm(on: Story, waits: readonly number[], id = "a"): Story {
  const startMs = on.nowMs;
  waits.forEach((_, i) => {
    on.received(`${id}${i}`);
  });
  waits.forEach((_, i) => {
    on.replied(`${id}${i}`, 429, { announced: 2_000 });
  });
  const order = waits.map((ms, i) => ({ ms, i })).sort((a, b) => a.ms - b.ms);
  for (const { ms, i } of order)
    on.at(startMs + ms)
      .received(`${id}${i}r`, { retryOf: `${id}${i}`, count: 1 })
      .replied(`${id}${i}r`, 200);
  return on;
}

const drawn = (count: number, wait: (draw: number) => number) => {
  const rng = createRng(3);
  return Array.from({ length: count }, () => wait(rng.next()));
};

test("passes when jitter spreads the retries", () => {
  expect(
    judged(
      storm(
        told(),
        drawn(40, (draw) => 2_000 + 2_000 * draw),
      ),
    ).verdict,
  ).toBe("pass");
  expect(
    judged(
      storm(
        told(),
        drawn(12, (draw) => 2_000 + 500 * draw),
      ),
    ).verdict,
    "a client library's own",
  ).toBe("pass");
});

test("fails on lockstep, and names the retries", () => {
  const bad = judged(
    storm(
      told(),
      drawn(20, (draw) => 2_000 + 3 * draw),
    ),
  );
  expect(bad).toMatchObject({ verdict: "fail", evidence: [{ got: "100 %", wanted: "≤ 20 %" }] });
  expect(bad.evidence[0]?.events).toHaveLength(20);
});

test("nearly good: most wait with jitter, more than half do not", () => {
  const mixed = [...drawn(8, (draw) => 1_500 + 1_000 * draw), ...drawn(12, () => 2_000)];
  expect(judged(storm(told(), mixed)).verdict).toBe("fail");
  expect(judged(storm(told({ at_most: "80%" }), mixed)).verdict).toBe("pass");
});

test("waves of a long storm do not hide each other", () => {
  const waves = told();
  for (let wave = 0; wave < 10; wave++)
    storm(
      waves,
      Array.from({ length: 15 }, () => 4_000),
      `w${wave}-`,
    );
  expect(judged(waves)).toMatchObject({ verdict: "fail", evidence: [{ got: "100 %" }] });
});

test("waves close to each other do not hide each other either; a handful that meets by chance is no herd", () => {
  const waves = told();
  const startMs = waves.nowMs;
  for (let wave = 0; wave < 8; wave++) {
    for (let i = 0; i < 10; i++) waves.received(`w${wave}-${i}`).replied(`w${wave}-${i}`, 500);
    waves.at(startMs + 500 * (wave + 1));
    for (let i = 0; i < 10; i++)
      waves.received(`w${wave}-${i}r`, { retryOf: `w${wave}-${i}`, count: 1 }).replied(`w${wave}-${i}r`, 200);
  }
  expect(judged(waves)).toMatchObject({ verdict: "fail", summary: expect.stringContaining("at most 50 % of 20") });
  const few = [...drawn(12, (draw) => 2_000 + 1_500 * draw), 2_500, 2_500, 2_500, 2_500];
  expect(judged(storm(told(), few))).toMatchObject({
    verdict: "pass",
    summary: expect.stringContaining("at most 25 %"),
  });
});

test("calls that came one by one are no herd, though each waits exactly as told", () => {
  const steady = told();
  for (let i = 0; i < 60; i++) {
    steady.at(i * 50);
    if (i >= 40) steady.received(`r${i}`, { retryOf: `a${i - 40}`, count: 1 }).replied(`r${i}`, 200);
    steady.received(`a${i}`, { count: 0 }).replied(`a${i}`, i < 20 ? 429 : 200, { announced: 2_000 });
  }
  expect(judged(steady).verdict).toBe("pass");
});

test("is inconclusive with few retries, without any, on doubtful links, and while our own loop bunched them", () => {
  expect(judged(storm(told(), [2_000, 2_000, 2_000])).summary).toContain("too few to be a herd");
  expect(judged(told().received("c1").replied("c1", 429)).summary).toBe("no call was retried");
  expect(
    judged(
      storm(
        told(),
        drawn(20, () => 2_000),
      ).delayed(300),
    ).verdict,
  ).toBe("inconclusive");
  const shared = told().received("c0", { body: "b" }).replied("c0", 200);
  for (let i = 0; i < 12; i++) shared.received(`c${i + 1}`, { body: "b", afterMs: 1 }).replied(`c${i + 1}`, 500);
  expect(judged(shared).summary).toContain("Idempotency-Key");
});
