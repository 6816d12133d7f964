import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { RepeatSummary } from "../../src/core/repeats.ts";
import { eventsOf, freshFolder, runCli, runFolderIn, startCli } from "../support/e2e.ts";
import { answer, startFakeOpenAi, truncated } from "../support/fake-openai.ts";

const SCENARIO = `
name: again
seed: 7
phases:
  - { name: only, lasts: 1500ms }
expect:
  - success_rate: { at_least: 50%, at: proxy }   # the last call goes with the app
`;

/** Calls all the time; its prompts say the how many-th start in this folder it is. */
const APP = `
const { appendFileSync, readFileSync } = require("node:fs");
appendFileSync("starts", "x");
const start = readFileSync("starts", "utf8").length;
const call = async () => {
  const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "start " + start + " " + Math.random() }] });
  const headers = { "content-type": "application/json" };
  await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", { method: "POST", headers, body }).then((r) => r.text()).catch(() => {});
};
setInterval(call, 100);
`;

/** A provider that truncates every answer to the second start. */
async function workplace(): Promise<{ cwd: string; args: string[] }> {
  const cwd = freshFolder();
  const provider = await startFakeOpenAi(({ prompt }) => (prompt.startsWith("start 2 ") ? truncated : answer()));
  onTestFinished(() => provider.close());
  writeFileSync(join(cwd, "again.yaml"), SCENARIO);
  writeFileSync(join(cwd, "app.cjs"), APP);
  const upstream = new URL(provider.baseUrl).origin;
  return { cwd, args: ["run", "again.yaml", "--upstream", upstream, "--listen", "127.0.0.1:0", "--control", "off"] };
}

it("plays a run three times and names what held in two of them", async () => {
  const { cwd, args } = await workplace();
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(cwd, "step.md") };
  const app = ["--", process.execPath, "app.cjs"];
  const played = await runCli([...args, "--repeat", "3", "--junit", "junit.xml", ...app], { cwd, env });
  expect(played.code, played.stderr).toBe(1);
  expect(played.stdout).toMatch(/^NOT READY {2}again: 2 of 3 repeats passed$/m);
  expect(played.stdout).toMatch(/held 2 of 3, flaky$/m);
  const folder = runFolderIn(cwd);
  const summary: RepeatSummary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8"));
  expect(summary.runs.map(({ seed, verdict }) => [seed, verdict])).toEqual([
    [7, "pass"],
    [8, "fail"],
    [9, "pass"],
  ]);
  expect(summary.runs[2]?.reproduce).toContain(" --seed 9 ");
  expect(summary.reproduce).toContain(" --seed 7 --repeat 3 ");
  expect(readdirSync(folder).sort()).toEqual(["junit.xml", "run-1", "run-2", "run-3", "summary.json", "summary.md"]);
  expect(readFileSync(join(cwd, "junit.xml"), "utf8")).toBe(readFileSync(join(folder, "junit.xml"), "utf8"));
  expect(readFileSync(env.GITHUB_STEP_SUMMARY, "utf8")).toContain("| 2 of 3 | flaky |");
  expect(played.stderr).toMatch(/^::error title=llm-chaos%3A again::delivered attempts ≥ 50 %25: /m);
});

it("stops the series at the first Ctrl-C, and tells what was played", async () => {
  const { cwd, args } = await workplace();
  const run = startCli([...args, "--repeat", "5"], { cwd });
  await run.says(/repeat {2}2 of 5/);
  await run.says(/2\/5 .*only for/);
  run.signal("SIGINT");
  expect(await run.exited, run.stderr()).toBe(4);
  expect(run.stdout()).toMatch(/stopped early: 2 of 5 repeats were played, the last one was stopped: interrupted/);
  expect(eventsOf(join(runFolderIn(cwd), "run-2")).at(-1)).toMatchObject({ type: "run_ended", why: "interrupted" });
});

it("refuses before it starts what it could not do at the end", async () => {
  const { cwd, args } = await workplace();
  const nowhere = await runCli([...args, "--junit", "no/such/folder/junit.xml"], { cwd });
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no folder") });
  const both = await runCli([...args, "--repeat", "2", "--plan-out", "plan.json"], { cwd });
  expect(both).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--plan-out writes the decisions of one run"),
  });
  expect(await runCli([...args, "--repeat", "0"], { cwd })).toMatchObject({ code: 2 });
});
