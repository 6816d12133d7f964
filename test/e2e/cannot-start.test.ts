import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { freePort, freshFolder, runCli } from "../support/e2e.ts";

// What cannot start leaves with 2, says in plain words what is wrong and what to do, and never shows a stack trace.

const CALM = `
name: calm
phases:
  - { name: only, lasts: 1s }
load: { concurrency: 1 }
expect:
  - success_rate: { at_least: 99%, at: proxy }
`;
const PORTS = ["--listen", "127.0.0.1:0", "--control", "off", "--upstream", "stub"];

let cwd: string;
beforeEach(() => {
  cwd = freshFolder();
  writeFileSync(join(cwd, "calm.yaml"), CALM);
});

async function refused(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stderr, stdout } = await runCli(args, { cwd, env });
  expect(code, stderr + stdout).toBe(2);
  expect(stderr, "no stack trace").not.toMatch(/\n\s+at /);
  expect(stderr).not.toMatch(/internal error/);
  return stderr;
}

async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function nothingStarted(): void {
  const runs = join(cwd, ".llm-chaos/runs");
  expect(existsSync(runs) ? readdirSync(runs) : []).toEqual([]);
}

describe("files", () => {
  it("names an unknown fault with its place and what was meant, and starts nothing", async () => {
    const bad = CALM.replace("lasts: 1s }", "lasts: 1s, faults: [{ rate_limt: { dimension: tmp } }] }");
    writeFileSync(join(cwd, "bad.yaml"), bad);
    const said = await refused(["run", "bad.yaml", ...PORTS]);
    expect(said).toMatch(/bad\.yaml:4:\d+: error: .*rate_limt/);
    expect(said).toMatch(/did you mean rate_limit\?/);
    nothingStarted();
    await refused(["proxy", "bad.yaml", ...PORTS]);
    nothingStarted();
  });

  it("refuses a scenario that is not there, is not YAML, or is a folder", async () => {
    writeFileSync(join(cwd, "broken.yaml"), "name: [1, 2\nphases: }");
    expect(await refused(["run", "nowhere.yaml", ...PORTS])).toContain("nowhere.yaml");
    expect(await refused(["run", "broken.yaml", ...PORTS])).toMatch(/broken\.yaml:\d+:\d+: error/);
    expect(await refused(["run", ".", ...PORTS])).toMatch(/is not a file/);
    nothingStarted();
  });

  it("refuses an unknown fault on the command line, and a stub profile that is wrong", async () => {
    expect(await refused(["proxy", ...PORTS, "--fault", "trunkate: {}"])).toMatch(/did you mean truncate\?/);
    writeFileSync(join(cwd, "stub.yaml"), "ttft: fast\n");
    const ports = ["--listen", "127.0.0.1:0", "--control", "off"];
    expect(await refused(["proxy", ...ports, "--upstream", "stub:stub.yaml"])).toMatch(/stub\.yaml:1:7: error: .*fast/);
    expect(await refused(["proxy", ...ports, "--upstream", "stub:none.yaml"])).toMatch(
      /none\.yaml: there is no such profile/,
    );
    nothingStarted();
  });
});

describe("addresses", () => {
  it("names the taken port and the flag that changes it", async () => {
    const port = await takenPort();
    const said = await refused(["proxy", "--listen", `127.0.0.1:${port}`, "--control", "off"]);
    expect(said).toContain(String(port));
    expect(said).toContain("--listen");
    nothingStarted();
  });

  it("names the taken port of the control channel too, and does not stay", async () => {
    const port = await takenPort();
    const said = await refused(["proxy", "--listen", "127.0.0.1:0", "--control", `127.0.0.1:${port}`]);
    expect(said).toContain(String(port));
    expect(said).toContain("--control");
    nothingStarted();
  });

  it.each([
    ["no URL at all", "api.openai.com"],
    ["another scheme", "ftp://api.openai.com"],
    ["a password in it", "https://me:secret-password@api.openai.com"],
  ])("refuses an upstream with %s", async (_, upstream) => {
    const said = await refused(["proxy", "--listen", "127.0.0.1:0", "--control", "off", "--upstream", upstream]);
    expect(said).toContain("--upstream");
    expect(said).not.toContain("secret-password");
  });

  it("refuses an app URL that refuses, after the time it was given", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const said = await refused(["run", "calm.yaml", ...PORTS, "--app", url, "--ready-timeout", "500ms"]);
    expect(said).toContain(url);
    expect(said).toMatch(/refused/);
    expect(said).toContain("--ready-timeout");
  });
});

describe("the app command", () => {
  const run = async (...command: string[]) => {
    const flags = ["--app", `http://127.0.0.1:${await freePort()}`, "--ready-timeout", "700ms"];
    return refused(["run", "calm.yaml", ...PORTS, ...flags, "--", ...command]);
  };

  it("is not there", async () => {
    expect(await run("no-such-command-anywhere")).toMatch(/"no-such-command-anywhere" cannot be started/);
  });

  it("dies at the start; its own words are passed on", async () => {
    const said = await run(process.execPath, "-e", "console.error('no database'); process.exit(7)");
    expect(said).toMatch(/ended with exit code 7/);
    expect(said).toContain("no database");
  });

  it("never becomes ready", async () => {
    expect(await run(process.execPath, "-e", "setInterval(() => {}, 1000)")).toMatch(/not ready within/);
  });
});

it("will not wait for a share of a reply whose length nobody knows", async () => {
  writeFileSync(
    join(cwd, "share.yaml"),
    "name: share\nphases:\n  - { name: storm, lasts: 1s, faults: [truncate: { after: { share: 40% } }] }\n",
  );
  const said = await refused(["run", "share.yaml", "--upstream", "https://provider.invalid"]);
  expect(said).toMatch(/storm\/1: truncate stands after a share of the reply, and the upstream is live/);
});

describe("the command line", () => {
  it("suggests the command and the flag that were meant", async () => {
    expect(await refused(["prxy"])).toMatch(/Did you mean proxy\?/);
    expect(await refused(["proxy", "--upstrem", "stub"])).toMatch(/Did you mean --upstream\?/);
    expect(await refused(["list", "fauls"])).toMatch(/did you mean faults\?/);
    expect(await refused(["run"])).toMatch(/scenario/);
    expect(await refused(["proxy", "--listen", "here"])).toMatch(/host:port/);
    expect(await refused(["report", "nowhere"])).toMatch(/nowhere does not exist/);
  });

  it("says in words when no control channel is there", async () => {
    const port = await freePort();
    const env = { LLM_CHAOS_TOKEN: "a-token-that-nobody-knows" };
    expect(await refused(["ctl", "status", "--control", `127.0.0.1:${port}`], env)).toMatch(/is llm-chaos running/);
    expect(await refused(["ctl", "status", "--control", `127.0.0.1:${port}`])).toMatch(/no control token/);
  });
});
