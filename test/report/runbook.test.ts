import { describe, expect, it } from "vitest";
import type { Report } from "../../src/core/report.ts";
import { renderers } from "../../src/report/index.ts";
import { story } from "../support/events.ts";
import { broken, countedCall, held, rampStory, reportOf, served, shed, stormStory } from "../support/report.ts";

const render = (name: string, report: Report) => renderers.get(name)?.(report) ?? "";

/** The page as text, tags and entities taken away, so that both formats are held to the same words. */
function words(html: string): string {
  const body = html.slice(html.indexOf("<main"));
  return body
    .replaceAll(/<svg[\s\S]*?<\/svg>/g, "")
    .replaceAll(/<\/?a\b[^>]*>/g, "")
    .replaceAll(/<[^>]+>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ");
}

const plain = (markdown: string) => markdown.replaceAll(/\\(.)/g, "$1").replaceAll(/[*`]/g, "").replaceAll(/\s+/g, " ");

/** Both formats of one report, as plain words. */
const both = (report: Report) => [words(render("runbook.html", report)), plain(render("runbook.md", report))];

const storm = (options?: Parameters<typeof reportOf>[1]) => reportOf(stormStory().ended(), options);

describe("the runbook, in both formats,", () => {
  it("says the verdict in at most three words, then one sentence, then the hypothesis", () => {
    for (const text of both(storm({ expectations: [broken(), held()], scenario: { hypothesis: "Nobody sees it." } }))) {
      expect(text).toContain("✗ NOT READY");
      expect(text).toContain("1 of 2 expectations broken: retry_after_honoured.");
      expect(text).toContain("Hypothesis: Nobody sees it.");
    }
    for (const text of both(storm({ expectations: [held(), held()] }))) {
      expect(text).toContain("✓ READY");
      expect(text).toContain("All 2 expectations held.");
    }
    for (const text of both(storm({ expectations: [held({ verdict: "inconclusive" })] }))) {
      expect(text).toContain("◌ INCONCLUSIVE");
      expect(text).toContain("could not be judged: no_hang");
    }
    for (const text of both(storm({ expectations: [] }))) expect(text).toContain("Nothing was expected");
  });

  it("says that the run was stopped early, and still what had failed", () => {
    const report = reportOf(stormStory().ended("interrupted"), { expectations: [broken(), held()] });
    for (const text of both(report)) {
      expect(text).toContain("NOT READY");
      expect(text).toMatch(/stopped early[: (]+interrupted by hand/);
    }
    for (const text of both(reportOf(stormStory().ended("interrupted")))) {
      expect(text).toContain("INCONCLUSIVE");
      expect(text).toContain("held as far as the run came");
    }
  });

  it("says what bites first: shares of every dimension", () => {
    const told = story().phase("storm");
    served(told, "1");
    countedCall(told, "c1", { rpm: { limit: 500, used: 100 }, tpm: { limit: 30_000, used: 29_990 } });
    countedCall(told, "c2", { tpm: { limit: 30_000, used: 30_100 } });
    const limits = [
      { label: "openai/tier-1", per: "all" as const, limits: { tpm: 30_000, rpm: 500 }, date: "2026-09-24" },
    ];
    for (const text of both(reportOf(told.ended(), { scenario: { limits } }))) {
      expect(text).toContain(
        "Tokens per minute: the wall is met at 20 % of requests per minute and 100 % of tokens per minute.",
      );
      expect(text).toContain("openai/tier-1, 24 Sep 2026");
      expect(text).toContain("Headroom, computed: ");
    }
  });

  it("never shows a zero for what was not measured", () => {
    const told = story({ driven: false }).phase("baseline");
    told
      .received("c1")
      .event({ type: "upstream_headers", call: "c1", status: 200 })
      .replied("c1", 200, { afterMs: 50 });
    for (const text of both(reportOf(told.ended()))) {
      expect(text).toContain("Not measured: no limit was counted and no call was refused.");
      expect(text).toContain("At which load each begins: not measured, this scenario has no ramp");
      expect(text).toContain("At the front door: not measured, it was not driven.");
      expect(text).toContain("What users see: not measured.");
      expect(text).toMatch(/Outcomes:? not measured/);
      expect(text).toMatch(/First token:? not measured/);
      expect(text).toContain("money not measured");
      expect(text).not.toMatch(/served 0|0 served/);
    }
  });

  it("tells refusals that the scenario made from limits that were counted", () => {
    for (const text of both(storm())) {
      expect(text).toContain("The scenario refused 4 attempts, all over tokens per minute.");
      expect(text).toContain("How full the real limits were is not measured");
    }
  });

  it("tells where it begins as an interval, the measured beside the computed", () => {
    const limits = [{ label: "mine", per: "all" as const, limits: { tpm: 60_000 } }];
    for (const text of both(reportOf(rampStory().ended(), { scenario: { limits } }))) {
      expect(text).toMatch(/Shedding begins:? measured: \(4,\s8\], not yet at 4 at once, but at 8/);
      expect(text).toMatch(/It breaks:? measured: not up to 8 at once/);
      expect(text).toMatch(/Sustained wall:? computed: 5 at once/);
    }
    for (const text of both(reportOf(rampStory({ doubtfulFrom: 8 }).ended()))) {
      expect(text).toMatch(/Shedding begins:? measured: not up to 4 at once; above it not measured/);
    }
    for (const text of both(reportOf(rampStory({ doubtfulFrom: 1 }).ended()))) {
      expect(text).toMatch(/Shedding begins:? measured: not measured, no step of the ramp is trustworthy/);
    }
  });

  it("lists the degradation path in order, with counts, times and events", () => {
    for (const text of both(storm())) {
      const places = ["sheds", "waits and retries", "fails", "recovers"].map((what) =>
        text.search(new RegExp(`${what} ?: \\d`)),
      );
      expect(places.every((place) => place > 0)).toBe(true);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(text).toMatch(/sheds ?: 2 calls, first at 0:06 \(event \d+\)/);
    }
  });

  it("shows each expectation as rule, verdict, observed value and events, the broken ones first", () => {
    const report = storm({
      expectations: [held({ evidence: [{ note: "x", events: [7, 3, 7] }] }), broken({ phase: "storm" })],
    });
    for (const text of both(report)) {
      expect(text).toContain("at least 99 % of retries wait as announced, in storm");
      expect(text).toContain("c2 repeats c1 too early: after 80 ms, wanted ≥ 5 s (events 41, 57)");
      expect(text).toContain("(events 3, 7)");
      expect(text.indexOf("0 of 2 waits respected")).toBeLessThan(text.indexOf("all 7 calls ended"));
      expect(text.match(/events\.jsonl/g)).toHaveLength(1);
    }
  });

  it("says how it looks, and asks for what only people know", () => {
    for (const text of both(storm())) {
      expect(text).toContain("HTTP 429 rate_limit (tokens per minute, wait 5 s; scripted, 4 ×)");
      expect(text).toContain("Users see 10 served, 2 shed and 1 failed of 13 calls.");
      expect(text).toContain("TODO: owner");
      expect(text).toContain("TODO: check");
      expect(text).toContain("TODO: act");
    }
    const runbook = { owner: "@ml", escalate: "#incidents", check: "the board", act: "cap 4", region: "eu" };
    for (const text of both(storm({ scenario: { runbook } }))) {
      expect(text).not.toContain("TODO");
      for (const own of ["@ml", "#incidents", "the board", "cap 4", "region", "eu"]) expect(text).toContain(own);
    }
  });

  it("says what to change for each broken rule, once", () => {
    const [html = ""] = both(storm({ expectations: [broken(), broken()] }));
    expect(html.match(/Wait as long as the refusal announces/g)).toHaveLength(1);
    expect(both(storm())[0]).not.toContain("Before it happens");
  });

  it("names run, date, expiry, commit and seed", () => {
    const report = {
      ...storm(),
      startedAt: "2026-11-24T10:00:00.000Z",
      app: { url: null, frontDoor: null, commit: "4be02d1" },
    };
    for (const text of both({ ...report, reproduce: "llm-chaos run a.yaml --seed 7" })) {
      for (const fact of ["24 Nov 2026", "22 Feb 2027", "4be02d1", "r1", "llm-chaos run a.yaml --seed 7"])
        expect(text).toContain(fact);
    }
    for (const text of both({ ...storm(), startedAt: "" })) expect(text).toContain("expires unknown");
  });

  it("says which faults were not exercised, and what cannot be concluded", () => {
    const told = story().phase("storm", { fault: "stall" });
    served(told, "1");
    for (const text of both(reportOf(told.ended()))) {
      expect(text).toContain("⚠ not exercised");
      expect(text).toContain("Fault storm/1 (stall) was not exercised: no call matched it.");
      expect(text).toContain("no fault of the scenario was exercised");
    }
    const long = { ...storm(), warnings: Array.from({ length: 20 }, (_, index) => `warning ${index}`) };
    for (const text of both(long)) expect(text).toContain("more, in report.json");
  });

  it("does not break on an empty history", () => {
    const empty = reportOf(story(), { expectations: [] });
    for (const text of both(empty)) expect(text).toContain("no call was seen");
  });
});

describe("the runbook's parts", () => {
  const counted = (perCall = 120) => {
    const told = story().phase("baseline");
    served(told, "1");
    countedCall(told, "c1", { rpm: { limit: 6_600, used: 100 }, tpm: { limit: 50_400, used: 50_000 } });
    countedCall(told, "c2", { tpm: { limit: 50_400, used: 50_400 + perCall } });
    return reportOf(told.ended(), {
      scenario: { limits: [{ label: "mine", per: "all" as const, limits: { tpm: 50_400, rpm: 6_600 } }] },
    });
  };

  it("stand in the order in which one reads them at night", () => {
    const parts = [
      "NOT READY",
      "What bites first",
      "The run",
      "How it degrades",
      "How the app reacts",
      "What to do before it happens",
      "When it happens for real",
      "Proof",
      "Limits of this claim",
    ];
    for (const text of both(storm({ expectations: [broken()] }))) {
      const places = parts.map((part) => text.indexOf(part));
      expect(places.every((place) => place >= 0)).toBe(true);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      // What broke, with what was observed, is up there beside the verdict, and once more with its proof.
      expect(text.indexOf("0 of 2 waits respected")).toBeLessThan(text.indexOf("What bites first"));
      expect(text.lastIndexOf("0 of 2 waits respected")).toBeGreaterThan(text.indexOf("Proof"));
    }
  });

  it("say how far each limit is away at this mix, and when the first was met", () => {
    for (const text of both(counted())) {
      expect(text).toContain(
        "computed: at this mix tokens per minute is exhausted at 7 users at once (50,400 tokens per",
      );
      expect(text).toContain("; requests per minute only at 110.");
      expect(text).toMatch(/✗ met,? first at 0:01 \(event \d+\)/);
      expect(text).toMatch(/Settled:? openai: by usage, unused reservation given back \(assumed, not verified\)/);
    }
  });

  it("do not take a drained bucket for traffic", () => {
    const report = counted();
    const ramp = { ...report, load: { ...report.load, startsAtWall: true } };
    for (const text of both(ramp)) {
      expect(text).toContain("Tokens per minute refused first. How full the other limits were is not measured");
      expect(text).not.toContain("use over time");
      expect(text).toMatch(/requests per minute (\| )?not measured/);
    }
  });

  it("tell how the app reacts, each trait with its samples and events", () => {
    const told = story().phase("storm", { fault: "rate_limit" });
    for (let n = 0; n < 3; n++) shed(told, `${n}`);
    for (const text of both(reportOf(told.ended()))) {
      expect(text).toMatch(/Does not repeat after 429 rate limit ?: 3 calls/);
      expect(text).toMatch(
        /Sheds with 503 ?: 3 calls, 0 of them without asking the provider,? \(?events \d+, \d+, \d+/,
      );
      expect(text).toContain("Not measured: backoff (nothing was repeated)");
    }
  });

  it("say what to do when nothing broke, and when nothing could be judged", () => {
    for (const text of both(storm())) expect(text).toContain("Nothing is broken. Prove it again by 1 Apr 1970");
    for (const text of both(storm({ expectations: [held({ verdict: "inconclusive" })] })))
      expect(text).toContain("Play it so that this can be judged: no_hang.");
    for (const text of both(storm({ expectations: [] }))) expect(text).toContain("Write down what is expected");
  });

  it("name what to look for in the log and what to watch, from what was seen", () => {
    for (const text of both(storm())) {
      expect(text).toMatch(/In the log:? 429, rate_limit_exceeded; headers of the refusal: retry-after/);
      expect(text).toMatch(/Watch:? Answers with 429 per minute, calls in flight to the provider \(up to 1 here\)/);
    }
    const quiet = served(story().phase("baseline"), "1").ended();
    for (const text of both(reportOf(quiet))) expect(text).not.toContain("In the log");
  });

  it("say what it cost, what was saved, and what has no known price", () => {
    const { cost, ...rest } = storm();
    const costing = (changes: Partial<Report["cost"]>) => both({ ...rest, cost: { ...cost, ...changes } });
    for (const text of costing({ realUsd: 1.234, savedUsd: 0.004_21, unpricedCalls: 2 }))
      expect(text).toContain(
        "spent $1.23, saved $0.0042 (stub and replay, at list prices); 2 calls without a known price",
      );
    for (const text of costing({ savedUsd: 0.5 })) expect(text).toContain("spent nothing (no live call), saved $0.50");
    for (const text of costing({ unpricedCalls: 3, savedUsd: 0.5 }))
      expect(text).toContain("spent not measured, saved");
    for (const text of costing({ realUsd: 0.000_001 })) expect(text).toContain("spent less than $0.0001");
  });
});

describe("texts of users", () => {
  const nasty = '<script>alert("1")</script> | `x` [a](javascript:b) \u001b[31m & \u0000';
  const report = {
    ...storm({
      expectations: [broken({ explained: nasty, summary: nasty, evidence: [{ note: nasty, events: [1] }] })],
      scenario: { hypothesis: nasty, runbook: { owner: nasty, [nasty]: nasty } },
    }),
    scenario: nasty,
    summary: nasty,
    reproduce: `${nasty} \`\`\`\n`,
    warnings: [nasty],
    phases: [{ name: nasty, fromMs: 0, toMs: 20_000, faults: [nasty] }],
    stopped: nasty,
  };

  it("never become markup of the page", () => {
    const html = render("runbook.html", report);
    expect(html).not.toContain("<script");
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toMatch(/(?![\t\n\r])\p{Cc}/u);
  });

  it("never become markup of the Markdown, nor orders to a terminal", () => {
    const markdown = render("runbook.md", report);
    expect(markdown).not.toMatch(/(?![\t\n\r])\p{Cc}/u);
    const outsideFences = markdown.replaceAll(/^(`{3,})[\s\S]*?^\1$/gm, "");
    expect(outsideFences).not.toMatch(/(?<!\\)<script/);
    expect(outsideFences).not.toMatch(/(?<!\\)\[a\]/);
    expect(markdown).toMatch(/^````sh$/m);
  });
});

describe("runbook.html", () => {
  const pages = [storm({ expectations: [broken()] }), reportOf(rampStory().ended())].map((report) =>
    render("runbook.html", report),
  );

  it("needs nothing from outside: no address, no script, no import", () => {
    for (const html of pages) {
      expect(html).not.toMatch(/<(script|link|img|iframe|object|base)\b/i);
      expect(html).not.toMatch(/\b(src|action)=|href=(?!"#)|@import|url\((?!#)|https?:/);
    }
  });

  it("is one document with a language, one h1, a name for every table and picture, and ids that are unique", () => {
    for (const html of pages) {
      expect(html.startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
      expect(html.match(/<h1>/g)).toHaveLength(1);
      for (const table of html.match(/<table[^>]*>/g) ?? []) expect(table).toMatch(/aria-label="[^"]+"/);
      for (const header of html.match(/<th\b[^>]*>/g) ?? []) expect(header).toMatch(/scope="(row|col)"/);
      for (const svg of html.match(/<svg[^>]*>/g) ?? [])
        expect(svg).toMatch(/aria-hidden="true"|aria-labelledby="[^"]+"/);
      expect(html.match(/<svg[^>]*labelledby[^>]*><title[^>]*>[^<]+<\/title><desc/g)).toHaveLength(3);
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const used = [...html.matchAll(/url\(#([^)]+)\)/g)].map(([, id]) => id);
      expect(used.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  it("links each claim to a place on the page", () => {
    const linked = pages.flatMap((html) => {
      const ids = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
      const targets = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id ?? "");
      expect(targets.filter((id) => !ids.has(id))).toEqual([]);
      return targets;
    });
    expect(linked).toContain("rule-1");
    expect(linked.filter((id) => id === "events").length).toBeGreaterThan(5);
    // No event number is without its link.
    for (const html of pages) {
      const body = html.slice(html.indexOf("<main")).replaceAll(/<a class="ref" href="#events">[^<]*<\/a>/g, "");
      expect(body.replaceAll(/<[^>]+>/g, " ")).not.toMatch(/\bevents? \d/);
    }
  });

  it("marks what only people know", () => {
    expect(pages[0]).toContain('<span class="mark near">▲ TODO: owner</span>');
  });

  it("draws each limit's use beside it, with words for those who do not see it", () => {
    const told = story({ driven: false }).phase("storm");
    countedCall(told, "c1", { tpm: { limit: 100, used: 50 } });
    countedCall(told.after(3_000), "c2", { tpm: { limit: 100, used: 130 } });
    const html = render("runbook.html", reportOf(told.ended()));
    expect(html).toContain("Use of tokens per minute over time</title>");
    expect(html).toContain("At most 100 %, first at 0:03.");
    const drawn = /id="use-tpm-title"[\s\S]*?<\/svg>/.exec(html)?.[0] ?? "";
    expect(drawn.match(/class="pale ok"/g)).toHaveLength(1);
    expect(drawn.match(/class="solid bad"/g)).toHaveLength(1);
    expect(render("runbook.md", reportOf(told))).toMatch(/tokens per minute \| ▄ +█ \| 100 % \| ✗ met, first at 0:03/);
  });

  it("has balanced tags", () => {
    for (const html of pages) {
      const open: string[] = [];
      for (const [, close, name = "", attributes = ""] of html.matchAll(
        /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g,
      )) {
        if (["meta"].includes(name) || attributes.endsWith("/")) continue;
        if (close === "/") expect(open.pop()).toBe(name);
        else open.push(name);
      }
      expect(open).toEqual([]);
    }
  });

  it("gives every state a sign and a word", () => {
    expect(words(pages[0] ?? "")).toMatch(/✓ served 10 ▲ shed 2 ✗ failed 1 ✂ cut 0 … hung 0 ▨ fault in force/);
  });

  it("is the same for the same report", () => {
    expect(render("runbook.html", storm({ expectations: [broken()] }))).toBe(pages[0]);
  });
});

describe("the chart in runbook.md", () => {
  const chartOf = (report: Report) =>
    /```text\n([\s\S]*?)\n```/.exec(render("runbook.md", report))?.[1]?.split("\n") ?? [];

  it("has a row for each outcome and one column for each second from the first phase on", () => {
    const rows = chartOf(storm());
    const row = (name: string) => rows.find((line) => line.startsWith(name))?.slice(17) ?? "";
    expect(row("served")).toMatch(/^[·▁▂▃▄▅▆▇█]+$/);
    expect(row("served")).toHaveLength(row("shed").length);
    expect(row("shed").replaceAll("·", "")).toHaveLength(2);
    expect(row("hung")).toMatch(/^·+$/);
    expect(row("fault in force").trim()).toMatch(/^▨+$/);
    expect(rows.join("\n")).toContain("phase storm");
    expect(Math.max(...rows.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("is a table of numbers for a ramp, with a mark on what is not trustworthy", () => {
    const rows = chartOf(reportOf(rampStory({ doubtfulFrom: 8 }).ended()));
    expect(rows[0]?.split(/\s+/)).toEqual(["callers", "at", "once", "2", "4", "8?"]);
    expect(rows.at(-1)).toContain("not trustworthy");
  });

  it("keeps to the provider's side without a front door", () => {
    const told = story({ driven: false }).phase("storm", { fault: "rate_limit" });
    told.received("c1").replied("c1", 429, { fault: "rate_limit" });
    told.received("c2").replied("c2", 200);
    expect(chartOf(reportOf(told.ended())).join("\n")).toMatch(/attempts answered whole[\s\S]*attempts refused/);
  });
});
