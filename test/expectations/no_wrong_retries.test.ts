import { describe, expect, test } from "vitest";
import { type ReceivedOptions, type RepliedOptions, story } from "../support/events.ts";
import { judged } from "./judged.ts";

const told = () => story({ expect: [{ name: "no_wrong_retries" }] }).phase("storm");

/** An attempt that ends so, and then the same request again. */
const again = (status: number, options: RepliedOptions = {}, next: ReceivedOptions = {}) =>
  told()
    .received("c1")
    .replied("c1", status, options)
    .received("c2", { afterMs: 400, retryOf: "c1", count: 1, ...next })
    .replied("c2", 200);

describe("fails", () => {
  test.each([400, 401, 403, 404, 413, 422])("when a %i is repeated, and names both events", (status) => {
    const bad = again(status);
    const result = judged(bad);
    expect(result).toMatchObject({ verdict: "fail", evidence: [{ note: `c2 repeats c1 after a ${status}` }] });
    const types = result.evidence[0]?.events.map((seq) => bad.events[seq - 1]?.type);
    expect(types).toEqual(["call_refused", "call_received"]);
  });

  test("when a spent quota or a filter's refusal is repeated, whatever the status", () => {
    expect(judged(again(429, { trouble: "quota_exceeded" })).evidence[0]?.note).toContain("a spent quota");
    expect(judged(again(409, { trouble: "content_filter" })).evidence[0]?.note).toContain("content filter");
  });

  test("when a delivered answer is asked for again under the same identity", () => {
    const twice = told().received("c1", { identity: "i" }).replied("c1", 200);
    twice.received("c2", { afterMs: 5, retryOf: "c1" }).replied("c2", 200);
    expect(judged(twice)).toMatchObject({
      verdict: "fail",
      evidence: [{ note: "c2 repeats c1 after a delivered answer" }],
    });
  });

  test("when the retry crosses into the next phase, and with counts that always say 0", () => {
    const crossing = told().received("c1", { body: "b", count: 0 }).replied("c1", 400).phase("recovery");
    expect(judged(crossing.received("c2", { afterMs: 5, body: "b", count: 0 }).replied("c2", 200)).verdict).toBe(
      "fail",
    );
  });

  test("when a second layer repeats what the first rightly gave up", () => {
    const nested = told();
    [0, 0, 0].forEach((count, i) => {
      nested.received(`c${i}`, { afterMs: 1_000, body: "b", count }).replied(`c${i}`, 404);
    });
    expect(judged(nested).evidence).toHaveLength(2);
  });
});

describe("passes", () => {
  test("when such a refusal is not repeated", () => {
    const honest = told().received("c1").replied("c1", 400).received("c2", { afterMs: 10 }).replied("c2", 200);
    expect(judged(honest)).toMatchObject({
      verdict: "pass",
      summary: "nothing was retried after 1 refusal that must not be, nor after a delivered answer",
    });
  });

  test.each([408, 409, 425, 429, 500, 503])("beside a repeated %i, which may be", (status) => {
    expect(judged(again(status).received("c9").replied("c9", 400)).verdict).toBe("pass");
  });

  test("when the app repairs the request, takes a new token, or falls back", () => {
    const repaired = told().received("c1", { identity: "i" }).replied("c1", 400);
    repaired.received("c2", { afterMs: 5, identity: "i", body: "repaired" }).replied("c2", 200);
    expect(judged(repaired).verdict).toBe("pass");
    const renewed = told().received("c1", { identity: "i", key: "old" }).replied("c1", 401);
    expect(judged(renewed.received("c2", { retryOf: "c1", key: "new" }).replied("c2", 200)).verdict).toBe("pass");
    const elsewhere = told().received("c1", { prompt: "p" }).replied("c1", 404);
    elsewhere.received("c2", { prompt: "p", model: "small", afterMs: 5 }).replied("c2", 200);
    expect(judged(elsewhere).verdict).toBe("pass");
  });

  test("when a hedged twin was on its way before the refusal", () => {
    const hedged = told().received("c1", { identity: "i" }).received("c2", { retryOf: "c1", afterMs: 5 });
    expect(judged(hedged.replied("c1", 400, { afterMs: 5 }).replied("c2", 400)).verdict).toBe("pass");
  });

  test("when the same prompt is asked again after an answer: that is a new call", () => {
    const asked = told().received("c1", { body: "b" }).replied("c1", 200);
    asked.received("c2", { body: "b", afterMs: 5 }).replied("c2", 200).received("c3").replied("c3", 422);
    expect(judged(asked).verdict).toBe("pass");
  });
});

describe("is inconclusive", () => {
  test("when no such refusal came", () => {
    expect(judged(told().received("c1").replied("c1", 429)).verdict).toBe("inconclusive");
    expect(judged(told().received("c1").replied("c1", 200)).summary).toBe(
      "no call met a refusal that must not be retried",
    );
  });

  test("when the same prompt from everybody may be a new call", () => {
    const shared = told()
      .received("c0", { body: "b" })
      .replied("c0", 200)
      .received("c1", { body: "b" })
      .replied("c1", 400);
    expect(judged(shared.received("c2", { body: "b", afterMs: 5 }).replied("c2", 400))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("Idempotency-Key"),
    });
  });

  test("when a client library counts a retry of what had been delivered: it may have left just before", () => {
    const late = told().received("c1", { body: "b", count: 0 }).replied("c1", 200);
    expect(judged(late.received("c2", { body: "b", count: 1, afterMs: 500 }).replied("c2", 200))).toMatchObject({
      verdict: "inconclusive",
      evidence: [{ note: "c2 repeats c1 after a delivered answer" }],
    });
  });
});
