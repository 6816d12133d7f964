import { expect, test } from "vitest";
import { renderers } from "../../src/report/index.ts";
import { story } from "../support/events.ts";
import { reportOf, served, stormStory } from "../support/report.ts";

const rulesOf = (report: ReturnType<typeof reportOf>) =>
  Object.fromEntries(report.rules.map(({ what, rule }) => [what, rule]));

test("the rules are told with this run's matchers and thresholds", () => {
  const declares = { shed: true, fallback: true, done: false, incomplete: true, error: false };
  const matchers = { shed: "status 429 or 503", fallback: "header x-model: *mini*", incomplete: "$.truncated is true" };
  const told = story({ app: { deadlineMs: 12_000, declares, matchers } }).phase("baseline");
  for (let n = 0; n < 5; n++) served(told, `base${n}`);
  const rules = rulesOf(reportOf(served(told.phase("storm", { fault: "latency" }), "storm").ended()));
  expect(rules["hung"]).toBe("no end within 12 s");
  expect(rules["shed"]).toContain("shed_when: status 429 or 503");
  expect(rules["fell back"]).toContain("fallback_when: header x-model: *mini*");
  expect(rules["cut"]).not.toContain("no incomplete_when");
  expect(rules["failed"]).toBe("no 2xx, or broken off, or incomplete_when: $.truncated is true");
  expect(rules["queued"]).toBe(
    "waited over 250 ms for its turn (the larger of 250 ms and 3 × the quiet 0 ms) with about 1 in flight",
  );
});

test("what could not be told is said so, and a run whose front door nobody drove has no rules of its own", () => {
  const noBaseline = rulesOf(reportOf(served(story().phase("storm", { fault: "latency" }), "storm").ended()));
  expect(noBaseline["queued"]).toContain("not measured");
  expect(noBaseline["cut"]).toContain("no incomplete_when is declared");
  const undriven = story({ driven: false }).phase("storm").received("c1").replied("c1", 200).ended();
  expect(reportOf(undriven).rules).toEqual([]);
  expect(renderers.get("runbook.md")?.(reportOf(undriven))).toContain("*hung*: no end by the deadline");
});

test("both pages print them small at their end, and no longer than fits", () => {
  const report = reportOf(stormStory().ended());
  const long = { ...report, rules: [{ what: "shed", rule: `shed_when: text ${"a<b ".repeat(200)}` }] };
  expect(renderers.get("runbook.md")?.(report)).toMatch(/How calls were judged: .*\*hung\*: no end within 30 s/);
  const html = renderers.get("runbook.html")?.(long) ?? "";
  const [, foot = ""] = /<footer>(.*)<\/footer>/.exec(html) ?? [];
  expect(foot).toContain("<b>shed</b> shed_when: text a&lt;b");
  expect(foot.length).toBeLessThan(1_000);
});
