import { describe, expect, test } from "vitest";
import { expectations } from "../../src/expectations/index.ts";
import { type Story, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = (params: object) => story({ expect: [{ name: "ttft", params }] }).phase("steady");

/** Calls whose first content came after these times. */
const at = (on: Story, times: readonly number[]) => {
  times.forEach((ttftMs, i) => {
    on.received(`c${i}`, { afterMs: 5 }).replied(`c${i}`, 200, { afterMs: ttftMs + 100, ttftMs });
  });
  return on;
};

const hundred = (slow: number, slowMs: number) => Array.from({ length: 100 }, (_, i) => (i < slow ? slowMs : 400));

describe("at the proxy", () => {
  test("passes at the bound, fails above it and names the slow calls", () => {
    expect(judged(at(told({ p95: "2s", at: "proxy" }), hundred(5, 9_000)))).toMatchObject({
      verdict: "pass",
      summary: "first content at the proxy: p95 400 ms (100 calls)",
    });
    expect(judged(at(told({ p95: "2s" }), hundred(50, 2_000))).verdict).toBe("pass");
    const bad = judged(at(told({ p95: "2s" }), hundred(6, 9_000)));
    expect(bad).toMatchObject({
      verdict: "fail",
      summary: "first content at the proxy: p95 9 s (100 calls)",
      evidence: [{ got: "9 s" }, {}, {}, {}, {}],
    });
    expect(bad.evidence[0]?.events).toHaveLength(2);
  });

  test("judges each bound that is given", () => {
    expect(judged(at(told({ p50: "300ms", p99: "10s" }), hundred(1, 9_000)))).toMatchObject({
      verdict: "fail",
      evidence: [{ wanted: "p50 ≤ 300 ms" }, {}, {}, {}, {}],
    });
  });

  test("refusals are quick and do not flatter it", () => {
    const refused = at(told({ p95: "2s" }), [3_000]);
    for (let i = 0; i < 50; i++) refused.received(`r${i}`).replied(`r${i}`, 429, { afterMs: 1 });
    expect(judged(refused).verdict).toBe("fail");
  });

  test("a hang counts as having waited at least that long: over the bound it fails, under it nobody knows", () => {
    const left = (afterMs: number) => {
      const some = at(told({ p95: "2s" }), hundred(0, 0).slice(0, 18));
      for (const call of ["h1", "h2"]) some.received(call).replied(call, 0, { afterMs, how: "client_left" });
      return judged(some);
    };
    expect(left(5_000)).toMatchObject({ verdict: "fail", evidence: [{ got: "nothing for 5 s" }, {}] });
    expect(left(1_000)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("2 without any content"),
    });
    expect(
      judged(
        at(told({ p95: "2s" }), [400])
          .received("open")
          .after(60_000)
          .ended(),
      ).verdict,
    ).toBe("fail");
  });

  test("a wait that our own late loop lengthened over the bound is void, one far beyond it is not", () => {
    expect(judged(at(told({ p95: "2s" }), [2_020]).delayed(150)).verdict).toBe("inconclusive");
    expect(judged(at(told({ p95: "2s" }), [9_000]).delayed(150)).verdict).toBe("fail");
    expect(judged(at(told({ p95: "2s" }), [2_020])).verdict).toBe("fail");
  });
});

describe("at the front door", () => {
  const door = (
    params: object,
    firstByteMs: number | undefined,
    status = 200,
    how: "complete" | "deadline" = "complete",
  ) => {
    const on = told(params).after(1_000).front("f1", { due_at_ms: 500 });
    on.received("c1", { trace: "trace-f1" }).replied("c1", 200, { afterMs: 10, ttftMs: 10 });
    if (firstByteMs !== undefined)
      on.event({ type: "front_door_first_byte", front: "f1", status, at_ms: 1_000 + firstByteMs });
    return judged(on.after(3_000).frontEnded("f1", status, { how }));
  };

  test("is the first byte, counted from when the call was due, and the default when the door is driven", () => {
    expect(door({ p95: "2s" }, 1_500).verdict).toBe("pass");
    expect(door({ p95: "2s" }, 1_501).verdict).toBe("fail");
    expect(door({ p95: "2s", at: "proxy" }, 2_900).verdict).toBe("pass");
  });

  test("a shed call has none; a hung one waited at least to its deadline", () => {
    expect(door({ p95: "2s" }, 5, 503)).toMatchObject({
      verdict: "inconclusive",
      summary: "no first byte of an answer was seen",
    });
    expect(door({ p95: "2s" }, undefined, 0, "deadline").verdict).toBe("fail");
    expect(door({ p95: "5s" }, undefined, 0, "deadline").verdict).toBe("inconclusive");
  });
});

test("is inconclusive without calls; wants a bound", () => {
  expect(judged(told({ p95: "2s" })).verdict).toBe("inconclusive");
  expect(expectations.get("ttft")?.params.safeParse({ at: "proxy" }).success).toBe(false);
});
