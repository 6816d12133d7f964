import { expect, test } from "vitest";
import { expectations, judge, needingFrontDoor } from "../../src/expectations/index.ts";
import { buildReport, renderers } from "../../src/report/index.ts";
import { story } from "../support/events.ts";

const EXPECT = [
  { name: "no_hang", params: { within: "5s" } },
  { name: "goodput", params: { at_least: "1/s", at: "front_door" } },
  { name: "goodput", params: { at_least: "1/s" } },
  { name: "max_in_flight", params: { at_most: 8 } },
] as const;

const spec = { in: undefined, where: undefined, ifUnseen: "inconclusive" } as const;

test("the expectations that need the front door are known before the run", () => {
  const expect_ = EXPECT.map((one) => ({ ...spec, ...one }));
  expect(needingFrontDoor(expect_)).toEqual(["no_hang", "goodput"]);
  expect([...expectations.values()].filter(({ needsFrontDoor }) => needsFrontDoor).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["sheds", "queues", "degrades_by", "no_hang", "truncation_noticed", "no_leak"]),
  );
});

test("in a run that others drive they are not measured, and the runbook says so in these words", () => {
  const told = story({ driven: false, expect: EXPECT }).phase("storm").received("c1").replied("c1", 200).after(500);
  const history = told.ended().history();
  const verdicts = judge(history);
  expect(verdicts.map(({ notMeasured }) => notMeasured ?? false)).toEqual([true, true, false, false]);
  const page = renderers.get("runbook.md")?.(buildReport(history, verdicts)) ?? "";
  expect(page).toContain("◌ **not measured**: every front-door call ends within 5 s");
});

test("a verdict that was decided anyway, and one in a driven run, are measured", () => {
  const decided = story({ driven: false, expect: [{ ...EXPECT[0], ifUnseen: "fail" }] })
    .phase("storm")
    .ended();
  expect(judge(decided.history())[0]).not.toHaveProperty("notMeasured");
  const driven = story({ expect: [{ name: "truncation_noticed" }] })
    .phase("storm")
    .front("f1")
    .frontEnded("f1", 200);
  expect(judge(driven.history())[0]).not.toHaveProperty("notMeasured");
});
