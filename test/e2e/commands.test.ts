import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { eventsOf, freshFolder, ROOT, runCli, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { QUICK_STORM, QUICK_STUB } from "../support/e2e-files.ts";

const SCENARIOS = readdirSync(join(ROOT, "scenarios"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => join(ROOT, "scenarios", file));

it("says what it is and what it can do", async () => {
  const cwd = freshFolder();
  const help = await runCli(["--help"], { cwd });
  expect(help.code).toBe(0);
  for (const command of ["init", "proxy", "run", "report", "validate", "list", "ctl", "demo", "explain"])
    expect(help.stdout).toMatch(new RegExp(`^ +${command} `, "m"));
  const version = await runCli(["--version"], { cwd });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(existsSync(join(cwd, ".llm-chaos")), "asking leaves nothing behind").toBe(false);
});

it("validates: every problem of every file in one pass, for people and for machines", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "bad.yaml"), QUICK_STORM.replace("lasts: 3s", "lasts: 4").replace("no_hang", "no_hangs"));
  const shipped = await runCli(["validate", ...SCENARIOS, join(ROOT, "examples/llm-chaos.yaml")], { cwd });
  expect(shipped.code, shipped.stdout).toBe(0);
  const bad = await runCli(["validate", "bad.yaml"], { cwd });
  expect(bad.code).toBe(2);
  expect(bad.stdout).toMatch(/bad\.yaml:9:\d+: error: "4" is not a duration/);
  expect(bad.stdout).toMatch(/bad\.yaml:\d+:\d+: error: .*no_hangs.*did you mean no_hang/);
  const json = await runCli(["validate", "bad.yaml", "--json"], { cwd });
  expect(json.code).toBe(2);
  expect(JSON.parse(json.stdout)).toMatchObject([
    { file: "bad.yaml", line: 9, severity: "error" },
    { file: "bad.yaml", severity: "error", hint: expect.stringMatching(/no_hang/) },
  ]);
});

it("lists what there is, also for machines", async () => {
  const cwd = freshFolder();
  const named: Record<string, string> = {
    faults: "truncate",
    expectations: "no_hang",
    providers: "openai-chat",
    tiers: "openai/tier-1",
    scenarios: "walls/openai",
  };
  for (const [what, name] of Object.entries(named)) {
    const plain = await runCli(["list", what], { cwd });
    expect(plain.code, what).toBe(0);
    expect(plain.stdout).toContain(name);
    const rows = JSON.parse((await runCli(["list", what, "--json"], { cwd })).stdout);
    expect(rows.map((row: { name: string }) => row.name)).toContain(name);
  }
  const scenarios = await runCli(["list", "scenarios"], { cwd });
  for (const file of SCENARIOS)
    expect(scenarios.stdout).toContain(`${relative(join(ROOT, "scenarios"), file).slice(0, -".yaml".length)} `);
});

it("lists parameters as they are written, and formats by provider", async () => {
  const cwd = freshFolder();
  const faults = await runCli(["list", "faults"], { cwd });
  expect(faults.stdout).toMatch(/^ +after: position +Where the reply stops\. Default \{ tokens: 20 \}$/m);
  expect(faults.stdout).toMatch(/^ +pings: true \| false \| 2s .*Default false$/m);
  expect(faults.stdout).toMatch(/^position: .*before_done$/m);
  expect(faults.stdout).not.toMatch(/undefined|\[object/);
  const providers = (await runCli(["list", "providers"], { cwd })).stdout;
  expect(providers).toMatch(/^groq\n {2}groq-chat +Chat Completions: /m);
  const lines = providers.trim().split("\n");
  expect(lines.filter((line) => line.startsWith("  ") && !line.includes(": "))).toEqual([]);
});

it("writes a first app file and scenario that are valid as they stand", async () => {
  const cwd = freshFolder();
  const { code, stdout, stderr } = await runCli(["init", "--yes"], { cwd });
  expect(code, stderr).toBe(0);
  expect(stdout + stderr).toContain("llm-chaos.yaml");
  const written = readdirSync(cwd, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  expect(written).toContain("llm-chaos.yaml");
  expect(written.length).toBeGreaterThanOrEqual(2);
  const checked = await runCli(["validate", ...written], { cwd });
  expect(checked.code, checked.stdout).toBe(0);
});

it("explains a scenario in sentences", async () => {
  const cwd = freshFolder();
  const told = await runCli(["explain", join(ROOT, "scenarios/tpm-storm.yaml")], { cwd });
  expect(told.code).toBe(0);
  expect(told.stdout).toMatch(/tokens per minute|tpm/i);
  expect(told.stdout).toContain("gpt-4o");
  // As `list scenarios` prints it, where there is no such file.
  expect((await runCli(["explain", "tpm-storm"], { cwd })).stdout).toBe(told.stdout);
});

it("controls a running proxy from another terminal in the same folder", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  const args = ["--upstream", "stub:stub.yaml", "--control", "127.0.0.1:0", "--mark"];
  const proxy = await startProxyCli(args, { cwd });
  const [, address = ""] = await proxy.says(/^control ws:\/\/(\S+)\/control/m);
  const tokenPath = join(cwd, ".llm-chaos/control-token");
  expect(statSync(tokenPath).mode & 0o777).toBe(0o600);
  const ctl = async (method: string, params?: unknown) => {
    const json = params === undefined ? [] : [JSON.stringify(params)];
    return runCli(["ctl", method, ...json, "--control", address], { cwd });
  };
  const result = async (method: string, params?: unknown) => {
    const { code, stdout, stderr } = await ctl(method, params);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const call = async () => {
    const body = JSON.stringify({ model: "sample-model", messages: [{ role: "user", content: "Hi" }] });
    const headers = { "content-type": "application/json" };
    const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", headers, body });
    await reply.arrayBuffer();
    return { status: reply.status, mark: reply.headers.get("x-llm-chaos") };
  };

  expect(await result("status")).toMatchObject({ mode: "proxy", proxy: proxy.url, faults: [], in_flight: 0 });
  expect(await call()).toEqual({ status: 200, mark: null });

  const fault = { rate_limit: { dimension: "tpm", retry_after: "3s" } };
  const { id } = await result("fault.inject", { fault, ttl: "1m" });
  expect(await call()).toEqual({ status: 429, mark: expect.stringContaining("rate_limit") });
  expect(await result("status")).toMatchObject({ faults: [{ id, hits: 1 }] });
  expect(await result("fault.remove", { id })).toEqual({ removed: true });
  expect(await call()).toMatchObject({ status: 200 });

  await result("fault.inject", { fault: "rate_limit: { dimension: rpm }" });
  expect(await call()).toMatchObject({ status: 429 });
  await result("panic");
  expect(await call()).toMatchObject({ status: 200 });

  const wrong = await ctl("fault.injekt");
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/fault\.inject/);
  const unknown = await ctl("fault.inject", { fault: { rate_limt: {} } });
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/rate_limit/);
  const stranger = await runCli(["ctl", "panic", "--control", address], { cwd, env: { LLM_CHAOS_TOKEN: "guessed" } });
  expect(stranger.code).toBe(2);
  expect(stranger.stderr).toMatch(/refused the token/);

  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
  expect(existsSync(tokenPath), "the token goes with the proxy").toBe(false);
  const methods = eventsOf(runFolderIn(cwd)).flatMap((event) => (event.type === "command" ? [event.method] : []));
  expect(methods.slice(0, 4)).toEqual(["fault.inject", "fault.remove", "fault.inject", "panic"]);
});
