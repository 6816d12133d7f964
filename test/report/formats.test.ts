import { describe, expect, it } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { renderers } from "../../src/report/index.ts";
import { escapeMarkup } from "../../src/report/markup.ts";
import { broken, held, parsed, rampStory, reportOf, stormStory } from "../support/report.ts";

const render = (name: string, report: Report) => renderers.get(name)?.(report) ?? "";

describe("report.json", () => {
  const json = parsed(render("report.json", reportOf(rampStory().ended(), { expectations: [broken()] })));

  it("has the keys of version 1", () => {
    const keys = ["version", "scenario", "seed", "verdict", "stopped", "startedAt", "phases", "expectations", "faults"];
    const more = ["limits", "load", "degradation", "amplification", "ttft_ms", "cost", "links", "reproduce"];
    for (const key of [...keys, ...more]) expect(json).toHaveProperty([key]);
    expect(json).toMatchObject({ version: 1, verdict: "fail", stopped: null });
  });

  it("has them inside, too", () => {
    expect(json).toMatchObject({
      expectations: [
        {
          name: "retry_after_honoured",
          phase: null,
          verdict: "fail",
          summary: expect.any(String),
          params: { within: "20s" },
        },
      ],
      load: {
        computed_wall: null,
        sheds_at: { concurrency: 8, after: 4 },
        queues_at: null,
        breaks_at: null,
      },
      degradation: { path: expect.any(Array), first_seen_ms: expect.any(Number) },
      links: { ambiguous_share: expect.any(Number) },
      cost: { real_usd: null, saved_usd: null, wasted_tokens: 0, usage_seen_share: null },
    });
    const { expectations, load } = json as { expectations: { evidence: unknown[] }[]; load: { steps: object[] } };
    expect(expectations[0]?.evidence[0]).toEqual({
      note: "c2 repeats c1 too early",
      events: [41, 57],
      got: "after 80 ms",
      wanted: "≥ 5 s",
    });
    const step = ["concurrency", "served", "shed", "failed", "hung", "cut", "queued", "retried", "fell_back", "p50_ms"];
    for (const key of [...step, "p95_ms", "trustworthy"]) expect(load.steps[0]).toHaveProperty(key);
  });

  it("is snake case throughout, except startedAt and what users wrote", () => {
    const scenario = { runbook: { onCall: "@ml" } };
    const expectations = [held({ params: { camelKey: { innerKey: 1 } } })];
    const text = render("report.json", reportOf(stormStory().ended(), { scenario, expectations }));
    const camel = [...text.matchAll(/"([a-z]+[A-Z]\w*)":/g)].map(([, key]) => key);
    expect([...new Set(camel)].sort()).toEqual(["camelKey", "innerKey", "onCall", "startedAt"]);
  });

  it("holds no number that JSON cannot hold", () => {
    expect(render("report.json", reportOf(stormStory().ended()))).not.toMatch(/NaN|Infinity/);
  });
});

describe("junit.xml", () => {
  it("has one case for each expectation", () => {
    const xml = render(
      "junit.xml",
      reportOf(stormStory().ended(), {
        expectations: [held(), broken(), held({ verdict: "inconclusive", phase: "storm" })],
      }),
    );
    expect(xml).toContain('tests="3" failures="1" skipped="1"');
    expect(xml.match(/<testcase /g)).toHaveLength(3);
    expect(xml).toContain(
      '<failure message="0 of 2 waits respected">c2 repeats c1 too early (events 41, 57)</failure>',
    );
    expect(xml).toContain('<skipped message="inconclusive: all 7 calls ended"/>');
    expect(xml).toContain("every front-door call ends within 20 s in storm");
  });

  it("does not let a run that was stopped early look green", () => {
    const xml = render("junit.xml", reportOf(stormStory().ended("budget")));
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toContain('<failure message="stopped early: budget"/>');
  });

  it("escapes what users wrote", () => {
    const xml = render(
      "junit.xml",
      reportOf(stormStory().ended(), { expectations: [broken({ summary: '<a b="c">&\u0007' })] }),
    );
    expect(xml).toContain('message="&lt;a b=&quot;c&quot;&gt;&amp;"');
  });
});

describe("escapeMarkup", () => {
  it("drops what XML forbids and keeps the rest", () => {
    expect(escapeMarkup("a\u0000b\u001b\uFFFFc\td\ne 'ü' 😀")).toBe("abc\td\ne &#39;ü&#39; 😀");
  });
});
