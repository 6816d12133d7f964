import { describe, expect, test } from "vitest";
import type { History } from "../../src/core/history.ts";
import { type Story, story } from "../support/events.ts";

const callsOf = ({ logicalCalls }: History) => logicalCalls.map(({ attempts }) => attempts.map(({ call }) => call));
const only = (told: Story) => {
  const [call] = told.history().frontDoorCalls;
  return { outcome: call?.outcome, certain: call?.certain, flags: [...(call?.flags ?? [])], because: call?.because };
};
const SHED = { matched: { shed: true } };
const f1 = { trace: "trace-f1" };
const tails = (...text_tails: string[]) => ({ text_tails });

describe("an agent with many calls for one of its user", () => {
  const steps = (count: number) => {
    const told = story().front("f1");
    for (let i = 1; i <= count; i++)
      told.received(`c${i}`, { ...f1, prompt: "p", afterMs: 10 }).replied(`c${i}`, 200, { afterMs: 50 });
    return told;
  };

  test("five honest calls are no retries", () => {
    expect(only(steps(5).frontEnded("f1", 200))).toMatchObject({ outcome: "served", certain: true, flags: [] });
  });

  test("it sheds when its fourth step is refused and it asks no more", () => {
    const refused = steps(3)
      .received("c4", { ...f1, prompt: "p", afterMs: 10 })
      .replied("c4", 429, { afterMs: 5 });
    expect(only(refused.after(1).frontEnded("f1", 503, SHED))).toMatchObject({
      outcome: "shed",
      because: "refused after 4 attempts, of which the wall refused 1, without asking again",
    });
  });

  test("a step that broke off and was asked again is made good, one that was not leaves a doubt", () => {
    const broken = () =>
      steps(2)
        .received("c3", { ...f1, prompt: "p", body: "b", afterMs: 10 })
        .replied("c3", 200, {
          afterMs: 50,
          finish: false,
          tail: "once upon",
        });
    const last = (told: Story) =>
      told.received("c9", { ...f1, prompt: "q", afterMs: 10 }).replied("c9", 200, { afterMs: 50 });
    const again = broken().received("c4", { retryOf: "c3", afterMs: 10 }).replied("c4", 200, { afterMs: 50 });
    expect(only(last(again).frontEnded("f1", 200, tails("the end")))).toMatchObject({
      outcome: "served",
      certain: true,
    });
    expect(only(last(broken()).frontEnded("f1", 200, tails("the end")))).toMatchObject({
      outcome: "served",
      certain: false,
    });
  });
});

describe("a fan-out of twenty parallel calls", () => {
  /** All at once; `how` answers the n-th. */
  const fanOut = (how: (told: Story, call: string, n: number) => void, body?: string) => {
    const told = story().front("f1");
    for (let n = 1; n <= 20; n++)
      told.received(`c${n}`, { ...f1, ...(body === undefined ? {} : { body, prompt: body }) });
    told.after(100);
    for (let n = 1; n <= 20; n++) how(told, `c${n}`, n);
    return told.after(1);
  };
  const whole = (told: Story, call: string) => told.replied(call, 200);

  test("twenty identical prompts at once are twenty calls", () => {
    expect(callsOf(fanOut(whole, "same").history())).toHaveLength(20);
    expect(only(fanOut(whole, "same").frontEnded("f1", 200)).flags).toEqual([]);
  });

  test("one of them refused and repeated is one retry, with a certain link", () => {
    const told = fanOut((one, call, n) => (n === 7 ? one.replied(call, 429) : whole(one, call)), "same");
    told.received("c21", { retryOf: "c7", afterMs: 50 }).replied("c21", 200, { afterMs: 50 }).frontEnded("f1", 200);
    expect(callsOf(told.history()).filter((calls) => calls.length > 1)).toEqual([["c7", "c21"]]);
    expect(told.history().ambiguousShare).toBe(0);
    expect(only(told)).toMatchObject({ outcome: "served", certain: true, flags: ["retried"] });
  });

  test("a truncated one among the answers that are listed is cut, though it did not begin last", () => {
    const told = fanOut((one, call, n) =>
      n === 3 ? one.replied(call, 200, { finish: false, tail: "once upon" }) : whole(one, call),
    );
    expect(only(told.frontEnded("f1", 200, tails("the end", "once upon")))).toMatchObject({
      outcome: "cut",
      certain: true,
      because: expect.stringContaining("c3"),
    });
  });

  test("all refused at once and none asked again: shed; one asked again: failed", () => {
    const refused = () => fanOut((one, call) => one.replied(call, 429));
    expect(only(refused().frontEnded("f1", 503, SHED)).outcome).toBe("shed");
    const again = refused().received("c21", { retryOf: "c1", afterMs: 10 }).replied("c21", 429, { afterMs: 5 });
    expect(only(again.frontEnded("f1", 503, SHED)).outcome).toBe("failed");
  });
});

describe("an app that looks something up before it asks", () => {
  const embedding = { ...f1, dialect: "openai-embeddings", model: "vectors", prompt: "p" };

  test("an answer after a refused look-up is no fallback of it, though both have the same text", () => {
    const told = story().front("f1").received("c1", embedding).replied("c1", 429, { afterMs: 5 });
    told
      .received("c2", { ...f1, model: "big", prompt: "p", afterMs: 5 })
      .replied("c2", 200)
      .frontEnded("f1", 200);
    expect(told.history().logicalCalls.map(({ follows }) => follows)).toEqual([undefined, undefined]);
    expect(only(told).flags).toEqual([]);
  });

  test("another model for vectors is one", () => {
    const told = story().front("f1").received("c1", embedding).replied("c1", 429, { afterMs: 5 });
    told.received("c2", { ...embedding, model: "small-vectors", afterMs: 5 }).replied("c2", 200);
    expect(told.history().logicalCalls[1]?.follows?.kind).toBe("fallback");
  });

  test("it queues where it holds a call back between the look-up and the question", () => {
    const told = story().phase("baseline");
    const asks = (id: string, holdMs: number) => {
      told.front(id).received(`e-${id}`, { ...embedding, trace: `trace-${id}`, afterMs: 5 });
      told.replied(`e-${id}`, 200, { afterMs: 20 }).received(`c-${id}`, { trace: `trace-${id}`, afterMs: holdMs });
    };
    for (let i = 0; i < 5; i++) {
      asks(`b${i}`, 10);
      told.replied(`c-b${i}`, 200, { afterMs: 500 }).frontEnded(`b${i}`, 200);
    }
    told.phase("storm", { fault: "latency" }).received("x1").received("x2");
    asks("f1", 2_000);
    told.replied("x1", 200).replied("x2", 200).replied("c-f1", 200, { afterMs: 500 }).frontEnded("f1", 200);
    const queued = told.history().frontDoorCalls.filter(({ flags }) => flags.has("queued"));
    expect(queued.map(({ id }) => id)).toEqual(["f1"]);
  });

  test("waiting as told after a refusal is no queue", () => {
    const told = story().phase("baseline");
    for (let i = 0; i < 5; i++)
      told
        .front(`b${i}`)
        .received(`b${i}`, { afterMs: 10, trace: `trace-b${i}` })
        .replied(`b${i}`, 200, { afterMs: 500 });
    told.phase("storm", { fault: "rate_limit" }).received("x1").received("x2");
    told
      .front("f1")
      .received("c1", { ...f1, afterMs: 10 })
      .replied("c1", 429, { announced: 3_000 });
    told.received("c2", { retryOf: "c1", afterMs: 3_010 }).replied("c2", 200).replied("x1", 200).replied("x2", 200);
    expect(only(told.frontEnded("f1", 200)).flags).not.toContain("queued");
  });
});

describe("a stream that breaks", () => {
  const cut = () =>
    story()
      .front("f1")
      .received("c1", { ...f1, prompt: "p", stream: true })
      .replied("c1", 200, { how: "cut", tail: "once upon", afterMs: 100 });

  test("asked again without streaming it is a retry, not a continuation: nothing more is there to read", () => {
    const told = cut()
      .received("c2", { ...f1, prompt: "p", stream: false, afterMs: 5 })
      .replied("c2", 200);
    expect(callsOf(told.history())).toEqual([["c1", "c2"]]);
    expect(told.history().ambiguousShare).toBe(0);
    expect(only(told.frontEnded("f1", 200))).toMatchObject({ outcome: "served", certain: true, flags: ["retried"] });
  });

  test("refused as a stream and asked again without, it is one call too", () => {
    const told = story().received("c1", { prompt: "p", stream: true }).replied("c1", 500);
    told.received("c2", { prompt: "p", stream: false, afterMs: 5 }).replied("c2", 200);
    expect(callsOf(told.history())).toEqual([["c1", "c2"]]);
  });

  test("asked on with the half in hand it is a continuation, and whole when that is", () => {
    const told = cut()
      .received("c2", { ...f1, prompt: "p", stream: false, inputTokens: 130, afterMs: 5 })
      .replied("c2", 200);
    expect(told.history().logicalCalls[1]?.follows?.kind).toBe("continuation");
    expect(only(told.frontEnded("f1", 200, tails("the end")))).toMatchObject({ outcome: "served", certain: true });
  });

  test("passed on as whole after the repetition failed too, it is cut", () => {
    const failed = (body: object) =>
      cut()
        .received("c2", { ...f1, prompt: "p", afterMs: 5, ...body })
        .replied("c2", 500);
    for (const body of [{ retryOf: "c1" }, { inputTokens: 130 }, { model: "small" }]) {
      expect(only(failed(body).frontEnded("f1", 200, tails("once upon"))).outcome, JSON.stringify(body)).toBe("cut");
      expect(only(failed(body).frontEnded("f1", 502)).outcome).toBe("failed");
    }
  });

  test("a fallback that delivered makes it good", () => {
    const told = cut()
      .received("c2", { ...f1, prompt: "p", model: "small", afterMs: 5 })
      .replied("c2", 200);
    expect(only(told.frontEnded("f1", 200, tails("the end")))).toMatchObject({
      outcome: "served",
      certain: true,
      flags: ["fell_back"],
    });
  });
});

describe("a tool call that breaks off", () => {
  const cutCall = () =>
    story()
      .front("f1")
      .received("c1", { ...f1, prompt: "p", tools: true })
      .replied("c1", 200, { finish: false, tail: "cityPar", tailOf: "tool_arguments", afterMs: 50 });

  test("passed on to the user it is cut", () => {
    expect(only(cutCall().frontEnded("f1", 200, tails("ok", "cityPar")))).toMatchObject({
      outcome: "cut",
      certain: true,
    });
  });

  test("run as if whole, with its result in the next step, it leaves a doubt and is no continuation", () => {
    const ran = cutCall()
      .received("c2", { ...f1, prompt: "p", inputTokens: 150, afterMs: 5 })
      .replied("c2", 200);
    expect(ran.history().logicalCalls[1]?.follows).toBeUndefined();
    expect(only(ran.frontEnded("f1", 200, tails("the end")))).toMatchObject({ outcome: "served", certain: false });
  });
});
