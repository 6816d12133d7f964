import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventsOf, freshFolder, reportOf, runCli, startCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

const SCENARIO = `
name: chancy
phases:
  - name: only
    lasts: 60s
    faults:
      - latency: { add: { uniform: [1ms, 9ms] } }
        chance: 50%
      - rate_limit: { dimension: tpm, retry_after: 1s }
        chance: 30%
      - truncate: { after: { events: 3 } }
        chance: 40%
expect:
  - success_rate: { at_least: 1%, at: proxy }
`;

/** One run; the calls come one after the other, every second with an identity of its own, as SDKs give them. */
async function play(cwd: string, run: string, { calls = 24, flags = [] as string[] } = {}) {
  const ports = ["--listen", "127.0.0.1:0", "--control", "off", "--upstream", "stub:stub.yaml"];
  const cli = startCli(["run", "chancy.yaml", ...ports, "--out", run, ...flags], { cwd });
  const [, url] = await cli.says(/^proxy +(http:\S+)/m);
  await cli.says(/only for/);
  for (let n = 0; n < calls; n++) {
    const identity = n % 2 === 0 ? {} : { "idempotency-key": crypto.randomUUID() };
    const headers = { "content-type": "application/json", ...identity };
    const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: `Call ${n}` }] });
    const reply = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
    await reply.text();
  }
  cli.signal("SIGINT");
  expect(await cli.exited, cli.stderr()).toBe(4);
  const folder = join(cwd, run);
  const injected = eventsOf(folder).flatMap((event) => {
    if (event.type === "fault_chosen") return [`chosen ${event.call} ${event.rule} ${event.fault} ${event.decision}`];
    if (event.type === "fault_applied") return [`applied ${event.call} ${event.rule} ${event.fault} ${event.events}`];
    if (event.type === "fault_lost") return [`lost ${event.call} ${event.rule} ${event.fault}`];
    return [];
  });
  return { injected, report: reportOf(folder) as { seed?: number; warnings?: string[] }, stderr: cli.stderr() };
}

it("injects the same again with --plan, and follows the plan rather than the seed", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "chancy.yaml"), SCENARIO);
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  const first = await play(cwd, "first", { flags: ["--seed", "11", "--plan-out", "plan.json"] });
  expect(first.injected.filter((line) => line.startsWith("applied")).length).toBeGreaterThan(10);
  const plan = JSON.parse(readFileSync(join(cwd, "plan.json"), "utf8"));
  expect(plan).toMatchObject({ version: 1, scenario: "chancy", seed: 11 });
  expect(plan.decisions).toHaveLength(3 * 24);

  const again = await play(cwd, "again", { flags: ["--plan", "plan.json", "--plan-out", "again.json"] });
  expect(again.injected).toEqual(first.injected);
  expect(again.report.seed).toBe(11);
  expect(again.report.warnings?.join()).not.toContain("plan");
  expect(readFileSync(join(cwd, "again.json"), "utf8")).toBe(readFileSync(join(cwd, "plan.json"), "utf8"));

  // Every decision turned round by hand: what follows can only come from the file.
  const turned = plan.decisions.map((one: { taken: boolean }) => ({ ...one, taken: !one.taken }));
  writeFileSync(join(cwd, "turned.json"), JSON.stringify({ ...plan, decisions: turned }));
  const short = await play(cwd, "short", { calls: 23, flags: ["--plan", "turned.json"] });
  const keys = (lines: readonly string[]) =>
    lines.filter((line) => line.startsWith("chosen")).map((line) => line.split(" ")[4]);
  const wanted = turned.filter(({ key, taken }: { key: string; taken: boolean }) => taken && !/call-12/.test(key));
  expect(keys(short.injected)).toEqual(wanted.map(({ key }: { key: string }) => key));
  const told = /3 decisions of the plan did not occur: no call came for only\/1\/call-12\/attempt-0/;
  expect(short.report.warnings?.join()).toMatch(told);
  expect(short.stderr).toMatch(told);
});

it("refuses a plan that cannot be read, is of another scenario or another seed, or has no place", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "chancy.yaml"), SCENARIO);
  const rules = [{ rule: "only/1", fault: "hang", params: {} }];
  const plan = { version: 1, scenario: "other", seed: 5, rules, decisions: [] };
  writeFileSync(join(cwd, "other.json"), JSON.stringify(plan));
  writeFileSync(join(cwd, "seeded.json"), JSON.stringify({ ...plan, rules: [] }));
  const said = async (...flags: string[]) => {
    const { code, stderr } = await runCli(["run", "chancy.yaml", ...flags], { cwd });
    expect(code, stderr).toBe(2);
    return stderr;
  };
  expect(await said("--plan", "nowhere.json")).toMatch(/nowhere\.json does not exist/);
  expect(await said("--plan", "chancy.yaml")).toMatch(/chancy\.yaml is not a plan/);
  expect(await said("--plan", "other.json")).toMatch(/of another scenario \(other\).*only\/1/);
  expect(await said("--plan", "seeded.json", "--seed", "6")).toMatch(/--seed 6 and .* disagree.*seed 5/);
  expect(await said("--plan-out", "nowhere/plan.json")).toMatch(/there is no folder/);
});
