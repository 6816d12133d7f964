import { describe, expect, test } from "vitest";
import type { AppFacts } from "../../src/core/scenario.ts";
import { type RepliedOptions, type Story, story } from "../support/events.ts";

const only = (told: Story) => {
  const [call] = told.history().frontDoorCalls;
  return { outcome: call?.outcome, certain: call?.certain, flags: [...(call?.flags ?? [])], because: call?.because };
};
const declaring = (declares: Partial<AppFacts["declares"]>) =>
  story({
    app: { declares: { shed: true, fallback: true, done: false, incomplete: false, error: false, ...declares } },
  });

describe("outcome", () => {
  test("hung: ended by the deadline, or no end at all after it", () => {
    expect(only(story().front("f1").after(30_000).frontEnded("f1", 0, { how: "deadline" })).outcome).toBe("hung");
    expect(only(story().front("f1").after(30_001).ended()).outcome).toBe("hung");
  });

  test("a call still running when the log ended has no outcome", () => {
    expect(story().front("f1").after(1_000).ended("interrupted").history().frontDoorCalls).toEqual([]);
    expect(story().front("f1").frontEnded("f1", 0, { how: "given_up" }).history().frontDoorCalls).toEqual([]);
  });

  test("failed: status, cut, no connection, error_when, incomplete_when, a missing done_when", () => {
    expect(only(story().front("f1").frontEnded("f1", 500)).outcome).toBe("failed");
    expect(only(story().front("f1").frontEnded("f1", 200, { how: "cut" })).outcome).toBe("failed");
    expect(only(story().front("f1").frontEnded("f1", 0, { how: "refused" })).outcome).toBe("failed");
    expect(
      only(
        story()
          .front("f1")
          .frontEnded("f1", 200, { matched: { error: true } }),
      ).outcome,
    ).toBe("failed");
    expect(
      only(
        story()
          .front("f1")
          .frontEnded("f1", 200, { matched: { incomplete: true } }),
      ).outcome,
    ).toBe("failed");
    expect(
      only(
        declaring({ done: true })
          .front("f1")
          .frontEnded("f1", 200, { matched: { done: false } }),
      ).outcome,
    ).toBe("failed");
    expect(
      only(
        declaring({ done: true })
          .front("f1")
          .frontEnded("f1", 200, { matched: { done: true } }),
      ).outcome,
    ).toBe("served");
  });

  describe("shed", () => {
    const shed = { matched: { shed: true } };
    const refused = (attempts: number) => {
      const told = story().front("f1");
      for (let i = 1; i <= attempts; i++)
        told.received(`c${i}`, { afterMs: 10, trace: "trace-f1", body: "b", count: i - 1 }).replied(`c${i}`, 429);
      return told.after(1);
    };

    test("before calling and after one refusal are told apart", () => {
      expect(only(refused(0).frontEnded("f1", 503, shed))).toMatchObject({ outcome: "shed" });
      expect(only(refused(1).frontEnded("f1", 503, shed))).toMatchObject({
        outcome: "shed",
        because: "refused after the wall refused one attempt",
      });
    });

    test("after more attempts, or in the provider's words, it is a failure", () => {
      expect(only(refused(2).frontEnded("f1", 503, shed))).toMatchObject({ outcome: "failed", flags: ["retried"] });
      expect(only(refused(0).frontEnded("f1", 503, { ...shed, provider_text: true })).outcome).toBe("failed");
    });

    test("a matching error_when does not make it a failure: a refusal often carries an error", () => {
      expect(only(refused(0).frontEnded("f1", 503, { matched: { shed: true, error: true } })).outcome).toBe("shed");
    });
  });

  describe("cut", () => {
    const truncated = (options: RepliedOptions = {}) =>
      story()
        .front("f1")
        .received("c1", { trace: "trace-f1" })
        .replied("c1", 200, { finish: false, tail: "once upon", ...options })
        .after(1);

    test("the delivered text ends with the truncated part", () => {
      expect(only(truncated().frontEnded("f1", 200, { text_tails: ["title", "once upon"] }))).toMatchObject({
        outcome: "cut",
        certain: true,
      });
    });

    test("another ending, or none known, is served but not certain", () => {
      const other = only(truncated().frontEnded("f1", 200, { text_tails: ["the end"] }));
      expect(other).toMatchObject({ outcome: "served", certain: false });
      expect(other.because).toContain("c1");
      const empty = truncated({ tail: "", textLength: 0 }).frontEnded("f1", 200, { text_tails: [""] });
      expect(only(empty)).toMatchObject({ outcome: "served", certain: false });
    });

    test("an app that says so, an error, and a retry that delivered are not cut", () => {
      const tails = { text_tails: ["once upon"] };
      expect(only(truncated().frontEnded("f1", 200, { ...tails, matched: { incomplete: true } })).outcome).toBe(
        "failed",
      );
      expect(only(truncated().frontEnded("f1", 502, tails)).outcome).toBe("failed");
      const retried = truncated().received("c2", { retryOf: "c1" }).replied("c2", 200).frontEnded("f1", 200, tails);
      expect(only(retried)).toMatchObject({ outcome: "served", certain: true, flags: ["retried"] });
    });

    test("is found by its text when the app passes no mark on", () => {
      const loose = (tails: string[]) =>
        story()
          .front("f1")
          .received("c1", { afterMs: 1 })
          .replied("c1", 200, { finish: false, tail: "once upon", afterMs: 1 })
          .after(1)
          .frontEnded("f1", 200, { text_tails: tails });
      expect(only(loose(["once upon"]))).toMatchObject({ outcome: "cut", certain: true });
      expect(only(loose(["the end"]))).toMatchObject({ outcome: "served", certain: false });
    });
  });
});

describe("flags", () => {
  test("fell_back by the matcher, or by a fallback that delivered", () => {
    expect(
      only(
        story()
          .front("f1")
          .frontEnded("f1", 200, { matched: { fallback: true } }),
      ).flags,
    ).toEqual(["fell_back"]);
    const linked = (status: number) =>
      story()
        .front("f1")
        .received("c1", { trace: "trace-f1", prompt: "p" })
        .replied("c1", 429, { afterMs: 10 })
        .received("c2", { afterMs: 10, trace: "trace-f1", prompt: "p", model: "small" })
        .replied("c2", status)
        .frontEnded("f1", status);
    expect(only(linked(200)).flags).toEqual(["fell_back"]);
    expect(only(linked(500)).flags).toEqual([]);
  });

  /** An app that lets `limit` calls through at a time, each 1 s long, and holds the others. */
  function admission(limit: number, phases: { quiet: boolean }) {
    const told = story();
    if (phases.quiet) told.phase("baseline");
    let n = 0;
    const call = (id: string, startMs: number, headMs: number) =>
      told
        .at(startMs)
        .front(id)
        .at(headMs)
        .received(`c${++n}`, { callId: `call-${id}` })
        .replied(`c${n}`, 200, { afterMs: 1_000 })
        .frontEnded(id, 200);
    if (phases.quiet) for (let i = 0; i < 5; i++) call(`b${i}`, i * 2_000, i * 2_000 + 20);
    told.at(10_000).phase("storm", { fault: "latency" });
    for (let i = 0; i < limit; i++) call(`s${i}`, 10_001, 10_010);
    call("late", 10_001, 11_020);
    return told.history().frontDoorCalls;
  }

  test("queued: held back while as many were in flight as the app lets be", () => {
    const calls = admission(4, { quiet: true });
    expect(calls.filter(({ flags }) => flags.has("queued")).map(({ id }) => id)).toEqual(["late"]);
  });

  test("a wait that begins in the quiet time and ends in the storm is no baseline", () => {
    const told = story().phase("baseline");
    for (let i = 0; i < 6; i++)
      told
        .front(`b${i}`)
        .received(`b${i}`, { afterMs: 10, callId: `call-b${i}` })
        .replied(`b${i}`, 200);
    told.received("x1").received("x2").front("f1").after(5).phase("storm", { fault: "latency" }).front("f2");
    told.received("c1", { afterMs: 2_000, callId: "call-f1" }).replied("x1", 200);
    told.received("c2", { callId: "call-f2" }).replied("c1", 200).replied("c2", 200).replied("x2", 200);
    const { frontDoorCalls } = told.frontEnded("f1", 200).frontEnded("f2", 200).history();
    expect(frontDoorCalls.filter(({ flags }) => flags.has("queued")).map(({ id }) => id)).toEqual(["f1", "f2"]);
  });

  test("a short wait is no queue, though all places were taken", () => {
    const told = story().phase("baseline");
    for (let i = 0; i < 5; i++)
      told
        .front(`b${i}`)
        .received(`b${i}`, { afterMs: 10, callId: `call-b${i}` })
        .replied(`b${i}`, 200, { afterMs: 500 });
    told.phase("storm", { fault: "latency" }).received("x1").after(10).front("f1").after(240).replied("x1", 200);
    told.received("c1", { callId: "call-f1" }).replied("c1", 200, { afterMs: 500 }).frontEnded("f1", 200);
    expect(only(told).flags).toEqual([]);
  });

  test("a moment's peak is not the plateau", () => {
    const told = story().phase("baseline");
    for (let i = 0; i < 5; i++)
      told
        .front(`b${i}`)
        .received(`b${i}`, { afterMs: 10, callId: `call-b${i}` })
        .replied(`b${i}`, 200, { afterMs: 500 });
    told.phase("storm", { fault: "latency" });
    for (let i = 0; i < 20; i++) told.received(`peak${i}`);
    for (let i = 0; i < 20; i++) told.replied(`peak${i}`, 500, i === 0 ? { afterMs: 1 } : {});
    told.received("x1").received("x2").front("f1").replied("x1", 200, { afterMs: 2_000 });
    told
      .received("c1", { callId: "call-f1" })
      .replied("x2", 200)
      .replied("c1", 200, { afterMs: 500 })
      .frontEnded("f1", 200);
    expect(only(told).flags).toEqual(["queued"]);
  });

  test("queued needs a baseline", () => {
    expect(admission(4, { quiet: false }).some(({ flags }) => flags.has("queued"))).toBe(false);
  });

  test("a slow start with little in flight is no queue", () => {
    const told = story().phase("baseline");
    for (let i = 0; i < 5; i++)
      told
        .front(`b${i}`)
        .received(`b${i}`, { afterMs: 10, callId: `call-b${i}` })
        .replied(`b${i}`, 200, { afterMs: 100 });
    told.phase("storm", { fault: "latency" });
    for (let i = 0; i < 4; i++) told.received(`x${i}`);
    for (let i = 0; i < 4; i++) told.replied(`x${i}`, 200, { afterMs: 500 });
    told.front("f1").received("c1", { afterMs: 3_000, callId: "call-f1" }).replied("c1", 200).frontEnded("f1", 200);
    expect(only(told)).toMatchObject({ outcome: "served", flags: [] });
  });
});

test("asking on after a cut counts as retried", () => {
  const told = story().front("f1").received("c1", { trace: "trace-f1", prompt: "p" });
  told.replied("c1", 200, { how: "cut", tail: "once upon", afterMs: 5 });
  told.received("c2", { afterMs: 5, trace: "trace-f1", prompt: "p" }).replied("c2", 200).frontEnded("f1", 200);
  expect(only(told)).toMatchObject({ outcome: "served", flags: ["retried"] });
});

test("a call lasts from when it was due", () => {
  const told = story().after(500).front("f1", { due_at_ms: 100 }).after(50).frontEnded("f1", 200);
  expect(told.history().frontDoorCalls[0]?.durationMs).toBe(450);
});

test("a call belongs to the phase in which it began, though its event came later", () => {
  const told = story().phase("baseline").at(1_000).phase("storm");
  told.after(5).front("f1", { started_at_ms: 990, due_at_ms: 990 }).frontEnded("f1", 200);
  expect(told.history().frontDoorCalls[0]?.phase).toBe("baseline");
});

test("steps hold their settled calls; one that never ended is not trustworthy", () => {
  const step = (concurrency: number) => ({ concurrency, repeat: 1 });
  const told = story()
    .event({ type: "load_step_started", ...step(2) })
    .front("f1", { step: 2, repeat: 1, settling: true })
    .frontEnded("f1", 200)
    .event({ type: "load_step_settled", ...step(2) })
    .front("f2", { step: 2, repeat: 1 })
    .frontEnded("f2", 200)
    .event({ type: "load_step_ended", ...step(2), trustworthy: true })
    .event({ type: "load_step_started", ...step(3) });
  const { steps } = told.history();
  expect(steps.map(({ calls, trustworthy }) => [calls.map(({ id }) => id), trustworthy])).toEqual([
    [["f2"], true],
    [[], false],
  ]);
  expect(steps[0]?.seqs).toHaveLength(3);
});
