import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { expect, it } from "vitest";
import type { ChaosEvent, EventType } from "../../src/core/event.ts";
import { eventsOf, freePort, freshFolder, ROOT, reportOf, runCli, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

const APP_FILE = `
app:
  front_door:
    path: /chat
    body: '{"message": "Summarise ticket {{n}}"}'
    answer: { done_when: { json: { path: $.text } } }
    deadline: 10s
upstream:
  openai: stub:stub.yaml
  anthropic: stub:stub.yaml
`;

const STORM = `
name: openai-is-full
seed: 7
phases:
  - { name: baseline, lasts: 1s }
  - name: storm
    lasts: 2s
    faults:
      - rate_limit: { dimension: tpm, retry_after: 5s }
        where: { provider: openai }
  - { name: recovery, lasts: 1s }
load: { concurrency: 2 }
expect:
  - degrades_by: { any_of: [fallback], within: 1s }
  - success_rate: { at_least: 99%, at: front_door }
  - retry_amplification: { at_most: 1.0 }
`;

const PORTS = ["--listen", "127.0.0.1:0", "--control", "off"];
const APP = join(ROOT, "test/support/two-providers-app.mjs");

const ofType = <T extends EventType>(events: ChaosEvent[], type: T) =>
  events.filter((event) => event.type === type) as unknown as ChaosEvent<T>[];

it("sees an app fall back to another provider, and says so", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "llm-chaos.yaml"), APP_FILE);
  writeFileSync(join(cwd, "storm.yaml"), STORM);
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  const url = `http://127.0.0.1:${await freePort()}`;
  const played = await runCli(["run", "storm.yaml", "--app", url, ...PORTS, "--", "node", APP], { cwd });
  expect(played.code, played.stderr + played.stdout).toBe(0);
  expect(played.stderr).toMatch(/OPENAI_BASE_URL=http:\S+\/v1 {2}ANTHROPIC_BASE_URL=http:\S+\d /);

  const folder = runFolderIn(cwd);
  const report = reportOf(folder);
  expect(report.expectations.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
    "degrades_by pass",
    "success_rate pass",
    "retry_amplification pass",
  ]);
  expect(report.expectations[0]?.summary).toMatch(/^first fallback after .*fallback \d+/);
  expect(report).toMatchObject({
    degradation: { path: expect.arrayContaining([expect.objectContaining({ what: "falls back" })]) },
  });

  const events = eventsOf(folder);
  expect(ofType(events, "run_started")[0]?.upstream).toEqual({
    kind: "stub",
    address: "openai=stub:stub.yaml anthropic=stub:stub.yaml",
  });
  const providerOf = new Map(ofType(events, "call_received").map(({ call, provider }) => [call, provider]));
  const asked = ofType(events, "upstream_started");
  expect(asked.every(({ call, upstream }) => providerOf.get(call) === upstream)).toBe(true);
  expect(new Set(asked.map(({ upstream }) => upstream))).toEqual(new Set(["openai", "anthropic"]));
  expect(ofType(events, "call_refused").every(({ call }) => providerOf.get(call) === "openai")).toBe(true);
});

it("serves two official SDKs by one address, and each by its own", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  const proxy = await startProxyCli(["--upstream", "anthropic=stub:stub.yaml", "--upstream", "small=stub:stub.yaml"], {
    cwd,
  });
  await proxy.says(/point the app here: ANTHROPIC_BASE_URL=http:\S+\d {2}OPENAI_BASE_URL=http:\S+\/v1$/m);
  await proxy.says(/upstream small=stub:stub.yaml: built in/);
  const messages = [{ role: "user" as const, content: "Say hello." }];
  const chat = (base: string) =>
    new OpenAI({ baseURL: base, apiKey: "sk-sample-key-0001", maxRetries: 0 }).chat.completions.create({
      model: "sample-model",
      messages,
    });
  const claude = (base: string) =>
    new Anthropic({ baseURL: base, apiKey: "sample-key-0002", maxRetries: 0 }).messages.create({
      model: "sample-model",
      max_tokens: 50,
      messages,
    });
  await chat(`${proxy.url}/v1`);
  await claude(proxy.url);
  await chat(`${proxy.url}/anthropic/v1`);
  await claude(`${proxy.url}/small`);
  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
  const events = eventsOf(runFolderIn(cwd));
  expect(ofType(events, "upstream_started").map(({ upstream }) => upstream)).toEqual([
    "small",
    "anthropic",
    "anthropic",
    "small",
  ]);
  expect(ofType(events, "reply_ended").map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

it.each([
  [["--upstream", "a=stub", "--upstream", "a=stub"], /--upstream a=… is given twice/],
  [["--upstream", "v1=stub"], /--upstream "v1=…": paths of requests begin with "\/v1"/],
  [["--upstream", "a=stub", "--upstream", "https://api.openai.com"], /with several upstreams each needs a name/],
])("refuses %j", async (flags, message) => {
  const { code, stderr } = await runCli(["proxy", ...PORTS, ...flags], { cwd: freshFolder() });
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

it("takes several from one environment variable", async () => {
  const env = { LLM_CHAOS_UPSTREAM: "openai=stub anthropic=stub" };
  const proxy = await startProxyCli([], { cwd: freshFolder(), env });
  await proxy.says(/upstream openai=stub: built in/);
  await proxy.says(/upstream anthropic=stub: built in/);
});
