import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventsOf, freshFolder, reportOf, runFolderIn, startCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";
import { startUpstream } from "../support/proxy.ts";

const LONG = `
name: long
phases:
  - { name: only, lasts: 60s }
expect:
  - success_rate: { at_least: 99%, at: proxy }
`;

/** A provider that tells what each call took: 1,000 tokens in and 500 out. */
const provider = () =>
  startUpstream((_request, response) => {
    response.setHeader("content-type", "application/json");
    const choices = [{ index: 0, message: { role: "assistant", content: "real" }, finish_reason: "stop" }];
    const usage = { prompt_tokens: 1_000, completion_tokens: 500 };
    response.end(JSON.stringify({ id: "x", object: "chat.completion", model: "m", choices, usage }));
  });

async function start(command: readonly string[], flags: readonly string[], appFile = "") {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "long.yaml"), LONG);
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  if (appFile !== "") writeFileSync(join(cwd, "llm-chaos.yaml"), appFile);
  const upstream = await provider();
  const ports = ["--listen", "127.0.0.1:0", "--control", "off", "--upstream", upstream.url];
  const cli = startCli([...command, ...ports, ...flags], { cwd });
  const [, url] = await cli.says(/^proxy +(http:\S+)/m);
  if (command[0] === "run") await cli.says(/only for/);
  return {
    ...cli,
    cwd,
    upstream,
    async call(n: number, more: object = {}) {
      const messages = [{ role: "user", content: `Say ${n}` }];
      const body = JSON.stringify({ model: "my-model", max_tokens: 500, messages, ...more });
      const headers = { "content-type": "application/json" };
      const reply = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
      return { status: reply.status, text: await reply.text() };
    },
  };
}

const PRICES = "prices: { my-model: { input: $1, output: $3 } }\n";

it("ends a run that the budget stops, leaves with 4, and says what was spent", async () => {
  // Two calls take $0.005; a third may take $0.0016.
  const run = await start(["run", "long.yaml"], [], `${PRICES}budget: { usd: 0.006 }\n`);
  expect([(await run.call(1)).status, (await run.call(2)).status]).toEqual([200, 200]);
  const refused = await run.call(3);
  expect(refused.status).toBe(403);
  expect(refused.text).toContain("llm_chaos_budget");
  expect(await run.exited, run.stderr()).toBe(4);
  expect(run.stderr()).toMatch(
    /live calls on your own network cost money only if .*, at most \$0\.006; then calls are refused/,
  );
  expect(run.stderr()).toMatch(/price +my-model: as my-model \(your price\), \$1\.00 in and \$3\.00 out/);
  expect(run.stdout()).toContain("stopped early: budget");
  const report = reportOf(runFolderIn(run.cwd));
  expect(report).toMatchObject({
    stopped: expect.stringMatching(/^budget: the cap of \$0\.006/),
    cost: { unpriced_calls: 0, real_usd: expect.closeTo(0.005, 9) },
  });
  expect(run.upstream.requests).toHaveLength(2);
});

it("a flag wins over the app file; beyond it the stub answers, and the report says from where on", async () => {
  const flags = ["--budget-requests", "1", "--over-budget", "stub:stub.yaml"];
  const proxy = await start(["proxy"], flags, "budget: { requests: 1000 }\n");
  expect((await proxy.call(1)).text).toContain("real");
  for (let n = 2; n < 5; n++) expect((await proxy.call(n)).status).toBe(200);
  proxy.signal("SIGINT");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
  expect(proxy.upstream.requests).toHaveLength(1);
  expect(proxy.stderr()).toMatch(/such calls go to the stub from here on/);
  const report = reportOf(runFolderIn(proxy.cwd));
  expect(report.not_concluded).toContainEqual(expect.stringContaining("3 calls beyond the budget went to the stub"));
});

it("a mix sends its share of the calls to the provider, and the report says how many that were", async () => {
  const proxy = await start(
    ["proxy"],
    ["--mix", "real=30%,rest=stub:stub.yaml", "--budget-requests", "1000", "--seed", "5"],
  );
  const replies = await Promise.all(Array.from({ length: 40 }, (_, n) => proxy.call(n)));
  expect(replies.every(({ status }) => status === 200)).toBe(true);
  proxy.signal("SIGINT");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
  const real = proxy.upstream.requests.length;
  // Four standard deviations on either side.
  expect(real).toBeGreaterThan(0);
  expect(real).toBeLessThan(24);
  const folder = runFolderIn(proxy.cwd);
  const started = eventsOf(folder).filter((event) => event.type === "upstream_started");
  expect(started.filter(({ kind }) => kind === "live")).toHaveLength(real);
  expect(started.filter(({ because }) => because === "mix")).toHaveLength(40 - real);
  expect(eventsOf(folder)[0]).toMatchObject({ mix: 0.3, budget: { requests: 1_000, over: "refuse" } });
  expect(reportOf(folder).not_concluded).toContainEqual(
    expect.stringContaining(`Only ${real} of 40 calls went to the real provider (--mix)`),
  );
});

it("nobody is asked where nobody can answer; the line is loud all the same", async () => {
  const proxy = await start(["proxy"], []);
  await proxy.says(
    /live calls on your own network cost money only if .*; nothing caps what they may cost \(--budget-usd 2 would\)/,
  );
  proxy.signal("SIGINT");
  expect(await proxy.exited).toBe(0);
});
