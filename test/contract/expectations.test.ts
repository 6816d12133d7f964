import { describe, expect, test } from "vitest";
import { expectations } from "../../src/expectations/index.ts";
import { foldHistory } from "../../src/history/index.ts";
import { story } from "../support/events.ts";

/** Parameters for rules that have no defaults. A new expectation that needs some is added here. */
const PARAMS: Readonly<Record<string, unknown>> = {
  retry_amplification: { at_most: 1.5 },
  attempts_per_call: { max: 3 },
  ttft: { p95: "2s" },
  spend: { usd: "$1", tokens: 1_000 },
  max_in_flight: { at_most: 8 },
  degrades_by: { any_of: ["shed"], within: "5s" },
  no_hang: { within: "20s" },
  recovers: { within: "15s" },
  success_rate: { at_least: "99%" },
  returns_from_fallback: { within: "5s" },
  goodput: { at_least: "80%" },
};

describe.each([...expectations])("%s", (name, expectation) => {
  const params = expectation.params.parse(PARAMS[name] ?? {});

  test("is listed under its own name and speaks for itself", () => {
    expect(expectation.name).toBe(name);
    expect(expectation.summary).toMatch(/^[A-Z].*\.$/);
    expect(expectation.explain(params)).not.toBe("");
  });

  test("is inconclusive as unseen on an empty history", () => {
    const nothing = foldHistory([]);
    expect(expectation.check(params, nothing, nothing)).toMatchObject({ verdict: "inconclusive", unseen: true });
  });

  test("refuses unknown parameters", () => {
    expect(expectation.params.safeParse({ ...(PARAMS[name] as object), surprise: 1 }).success).toBe(false);
  });

  test("never throws, wherever the log breaks off, and names only events that exist", () => {
    const told = story().phase("baseline").front("f0").received("c0").replied("c0", 200).frontEnded("f0", 200);
    told.phase("storm", { fault: "rate_limit" }).front("f1").received("c1", { trace: "trace-f1", prompt: "p" });
    told.replied("c1", 429, { announced: 2_000, fault: "rate_limit" });
    told.received("c2", { afterMs: 5, retryOf: "c1", count: 1 }).replied("c2", 200, { finish: false, tail: "once" });
    told
      .received("c3", { afterMs: 5, trace: "trace-f1", prompt: "p", model: "small" })
      .replied("c3", 0, { how: "hung" });
    told.delayed(3).after(30_000).frontEnded("f1", 0, { how: "deadline" }).phase("recovery").after(10_000).ended();
    for (let length = 0; length <= told.events.length; length++) {
      const history = foldHistory(told.events.slice(0, length));
      const { evidence, summary } = expectation.check(params, history, history);
      expect(summary).not.toBe("");
      for (const seq of evidence.flatMap(({ events }) => events)) expect(seq).toBeLessThanOrEqual(length);
    }
  });
});
