import { Command } from "commander";
import { expect, test } from "vitest";
import { addBudgetFlags, budgetWords, spendingOptions } from "../../src/cli/budget-flags.ts";
import type { AppFile } from "../../src/core/app.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";

const LIVE = parseUpstreams(["https://api.openai.com"]);
const appWith = (budget: NonNullable<AppFile["budget"]>): AppFile => ({
  start: undefined,
  url: undefined,
  ready: "/",
  frontDoor: undefined,
  upstream: undefined,
  budget,
});
const parse = (...words: string[]) =>
  addBudgetFlags(new Command().exitOverride().configureOutput({ writeErr: () => undefined }))
    .parse(words, { from: "user" })
    .opts<Parameters<typeof spendingOptions>[0]>();
const options = (words: readonly string[], app?: AppFile, upstreams = LIVE) =>
  spendingOptions(parse(...words), { app, upstreams });

test("caps stand for the run or for a minute, and may be repeated", () => {
  const { budget } = options([
    "--budget-usd",
    "$2",
    "--budget-usd",
    "0.50/min",
    "--budget-requests",
    "60/min 1_000/run",
  ]);
  expect(budget?.caps).toEqual({ run: { usd: 2, requests: 1_000 }, perMinute: { usd: 0.5, requests: 60 } });
  expect(budget?.over).toBe("refuse");
});

test("a flag wins over the app file cap by cap; what it leaves open stays", () => {
  const app = appWith({ usd: 5, requests: 10, perMinute: { tokens: 1_000 }, over: "stub", assumeMaxOutput: 500 });
  const { budget, standIn } = options(["--budget-usd", "1"], app);
  expect(budget).toEqual({
    caps: { run: { usd: 1, requests: 10 }, perMinute: { tokens: 1_000 } },
    over: "stub",
    assumeMaxOutput: 500,
  });
  expect(standIn?.address).toBe("stub");
  expect(options(["--over-budget", "refuse", "--assume-max-output", "9"], app).budget).toMatchObject({
    over: "refuse",
    assumeMaxOutput: 9,
  });
});

test("the environment wins over the app file, and a flag over both", () => {
  process.env["LLM_CHAOS_BUDGET_USD"] = "3 1/min";
  try {
    expect(options([], appWith({ usd: 5 })).budget?.caps).toEqual({ run: { usd: 3 }, perMinute: { usd: 1 } });
    expect(options(["--budget-usd", "4"], appWith({ usd: 5 })).budget?.caps.run).toEqual({ usd: 4 });
  } finally {
    delete process.env["LLM_CHAOS_BUDGET_USD"];
  }
});

test.each(["0", "-1", "two", "5/hour", "$", "1.5.2"])("%s is no cap of money", (text) => {
  expect(() => parse(`--budget-usd=${text}`)).toThrow(/is no cap; write 2 or 0.50\/min/);
});

test.each([
  [["--mix", "real=120%"], /is not a share of real calls/],
  [["--mix", "5%"], /is not a share of real calls/],
  [["--mix", "real=5%,rest=https://x"], /is no stub/],
  [["--over-budget", "drop"], /is neither refuse nor a stub/],
])("%j is refused in words", (words, message) => {
  expect(() => options(words)).toThrow(message);
});

test("a mix needs something real", () => {
  expect(options(["--mix", "real=5%"])).toMatchObject({ mix: 0.05, standIn: { address: "stub" } });
  expect(() => options(["--mix", "real=5%"], undefined, parseUpstreams([]))).toThrow(/needs a real upstream/);
});

test("the same flags are told again for a repetition", () => {
  const flags = parse("--budget-usd", "2", "--mix", "real=5%", "--over-budget", "stub");
  expect(budgetWords(flags).join(" ")).toBe("--budget-usd '2' --over-budget stub --mix real=5%");
});
