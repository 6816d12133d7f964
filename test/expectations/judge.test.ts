import { expect, test } from "vitest";
import { z } from "zod";
import type { Expectation } from "../../src/core/expectation.ts";
import { judge } from "../../src/expectations/index.ts";
import { judgeWith } from "../../src/expectations/judge.ts";
import { story } from "../support/events.ts";
import { judged } from "./judged.ts";

test("keeps the scenario's order and explains each rule", () => {
  const told = story({
    expect: [
      { name: "no_hang", params: { within: "5s" } },
      { name: "max_in_flight", params: { at_most: "8" }, in: ["storm"] },
    ],
  }).phase("storm");
  expect(judge(told.history()).map(({ name, explained, phase }) => [name, explained, phase])).toEqual([
    ["no_hang", "every front-door call ends within 5 s", null],
    ["max_in_flight", "attempts in flight ≤ 8", "storm"],
  ]);
});

test("if_unseen decides only for what was not seen", () => {
  const spec = { name: "no_hang", params: { within: "1s" }, ifUnseen: "pass" } as const;
  expect(judged(story({ expect: [spec] }))).toMatchObject({
    verdict: "pass",
    summary: expect.stringContaining("if_unseen: pass"),
  });
  expect(judged(story({ expect: [{ ...spec, ifUnseen: "fail" }] })).verdict).toBe("fail");
  expect(
    judged(
      story({ expect: [spec] })
        .phase("storm")
        .front("f1")
        .after(2_000)
        .frontEnded("f1", 200),
    ).verdict,
  ).toBe("fail");
});

test("in and where narrow what is judged", () => {
  const told = (spec: object) =>
    story({ expect: [{ name: "success_rate", params: { at_least: 1, at: "proxy" }, ...spec }] })
      .phase("baseline")
      .received("c1", { model: "small" })
      .replied("c1", 200)
      .phase("storm")
      .received("c2")
      .replied("c2", 500);
  expect(judged(told({})).verdict).toBe("fail");
  expect(judged(told({ in: ["baseline"] })).verdict).toBe("pass");
  expect(judged(told({ where: { model: "small" } })).verdict).toBe("pass");
});

test("a phase that was never reached, and a condition that is not in the log, are inconclusive", () => {
  const spec = { name: "no_hang", params: { within: "1s" }, ifUnseen: "pass" } as const;
  expect(judged(story({ expect: [{ ...spec, in: ["storm"] }] })).summary).toBe("the run never reached storm");
  const header = judged(story({ expect: [{ ...spec, where: { header: { "x-a": "b" } } }] }));
  expect(header).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("header") });
});

test("what is not a played phase can be judged too when it is asked for", () => {
  const spec = { name: "no_hang", params: { within: "1s" }, in: ["startup"] };
  expect(
    judged(
      story({ expect: [spec] })
        .front("f1")
        .after(2_000)
        .frontEnded("f1", 200),
    ).verdict,
  ).toBe("fail");
});

test("a rule that throws, an unknown one, and unreadable parameters are inconclusive", () => {
  const broken: Expectation = {
    name: "broken",
    summary: "",
    needsFrontDoor: false,
    params: z.unknown(),
    explain: () => "breaks",
    check: () => {
      throw new Error("index out of range");
    },
  };
  const { history } = { history: story({ expect: [{ name: "broken", ifUnseen: "pass" }] }).history() };
  expect(judgeWith(new Map([["broken", broken]]), history)).toMatchObject([
    { verdict: "inconclusive", evidence: [{ note: "index out of range" }] },
  ]);
  expect(judged(story({ expect: [{ name: "nonsense" }] })).verdict).toBe("inconclusive");
  expect(judged(story({ expect: [{ name: "no_hang", params: { within: "soon" } }] })).verdict).toBe("inconclusive");
});
