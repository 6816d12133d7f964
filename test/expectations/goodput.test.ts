import { expect, test } from "vitest";
import { expectations } from "../../src/expectations/index.ts";
import { type StoryOptions, story } from "../support/events.ts";
import { judged } from "./judged.ts";

interface Given {
  params: object;
  spec?: object;
  /** One call in so many is served in the storm; 0: none. */
  servedEvery?: number;
  driven?: boolean;
  slowMs?: number;
  end?: "completed" | "interrupted";
  app?: StoryOptions["app"];
}

/** 10 s quiet and 10 s of storm, two calls a second. */
function played({ params, spec, servedEvery = 1, driven = true, slowMs = 5, end = "completed", app = {} }: Given) {
  const told = story({ app, expect: [{ name: "goodput", params, ...spec }] });
  for (let n = 0; n < 40; n++) {
    if (n === 0) told.at(0).phase("baseline");
    if (n === 20) told.at(10_000).phase("storm", { fault: "rate_limit" });
    const good = n < 20 || (servedEvery > 0 && n % servedEvery === 0);
    told.at(n * 500);
    if (driven) told.front(`f${n}`);
    told.received(`c${n}`, { trace: `trace-f${n}` }).replied(`c${n}`, good ? 200 : 429, { afterMs: slowMs });
    if (driven) told.frontEnded(`f${n}`, good ? 200 : 500);
  }
  return told.at(20_000).ended(end);
}

test("counts whole replies per second of the selected phases, at the front door when it is driven", () => {
  const storm = { in: ["storm"] };
  const half = (atLeast: string) => judged(played({ params: { at_least: atLeast }, spec: storm, servedEvery: 2 }));
  expect(half("1/s")).toMatchObject({ verdict: "pass", summary: "1 whole replies per second (10 replies in 10 s)" });
  expect(half("60/m").verdict).toBe("pass");
  expect(half("1.2/s")).toMatchObject({
    verdict: "fail",
    evidence: [{ got: "1 per second", wanted: "≥ 1.2 per second" }],
  });
});

test("counts against the baseline, which is not counted itself", () => {
  const half = (atLeast: string) => judged(played({ params: { at_least: atLeast }, servedEvery: 2 }));
  expect(half("50%")).toMatchObject({ verdict: "pass", summary: expect.stringContaining("50 % of the 2 before") });
  expect(half("55%").verdict).toBe("fail");
  expect(judged(played({ params: { at_least: "50%" }, servedEvery: 0 })).verdict).toBe("fail");
});

test("counts delivered attempts at the proxy, and there too only those in time", () => {
  const undriven = { params: { at_least: "1/s" }, spec: { in: ["storm"] }, driven: false };
  expect(judged(played({ ...undriven, servedEvery: 2 })).verdict).toBe("pass");
  expect(judged(played({ ...undriven, servedEvery: 4 })).verdict).toBe("fail");
  const deadline = { app: { deadlineMs: 100 }, slowMs: 200 };
  expect(judged(played({ ...undriven, ...deadline })).verdict).toBe("fail");
  expect(judged(played({ ...undriven, params: { at_least: "1/s", at: "front_door" } })).verdict).toBe("inconclusive");
});

test("a stretch in which the app makes no call counts as silence", () => {
  const silent = story({ expect: [{ name: "goodput", params: { at_least: "1/s" } }] }).phase("a");
  for (let n = 0; n < 12; n++) silent.received(`a${n}`).replied(`a${n}`, 200, { afterMs: 500 });
  silent.at(6_000).phase("b").at(12_000).phase("c");
  for (let n = 0; n < 6; n++) silent.received(`c${n}`).replied(`c${n}`, 200, { afterMs: 500 });
  expect(judged(silent.at(15_000).ended())).toMatchObject({ summary: expect.stringContaining("in 15 s") });
});

test("a reply that was perhaps truncated decides nothing", () => {
  const doubtful = story({ expect: [{ name: "goodput", params: { at_least: "1/s" } }] })
    .phase("storm")
    .front("f1");
  doubtful.received("c1", { trace: "trace-f1" }).replied("c1", 200, { finish: false }).frontEnded("f1", 200);
  expect(judged(doubtful.at(1_000).ended()).verdict).toBe("inconclusive");
});

test("is inconclusive without calls, without a baseline, and when a stopped run was too short", () => {
  const empty = story({ expect: [{ name: "goodput", params: { at_least: "1/s" } }] })
    .phase("storm")
    .ended();
  expect(judged(empty).verdict).toBe("inconclusive");
  const noBaseline = story({ expect: [{ name: "goodput", params: { at_least: "80%" } }] }).phase("storm", {
    fault: "hang",
  });
  noBaseline.front("f1").frontEnded("f1", 200);
  expect(judged(noBaseline.at(1_000).ended()).summary).toContain("no baseline");
  const stopped = played({ params: { at_least: "9/s" }, end: "interrupted" });
  expect(judged(stopped)).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("stopped early") });
});

test("says what a number without its unit should be", () => {
  const parsed = expectations.get("goodput")?.params.safeParse({ at_least: "80" });
  expect(parsed?.error?.issues[0]?.message).toBe('"80" is neither a rate nor a share; write 2/s or 80%');
});
