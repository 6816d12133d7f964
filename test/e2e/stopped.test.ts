import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isAlive } from "../support/app.ts";
import { type Cli, eventsOf, freePort, freshFolder, reportOf, runCli, runFolderIn, startCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

// Runs that do not come to their end: stopped by hand, twice by hand, killed. No app is needed to stop one.

const LONG = `
name: long
phases:
  - { name: only, lasts: 60s }
expect:
  - success_rate: { at_least: 99%, at: proxy }
`;

async function startLongRun(rest: readonly string[] = []): Promise<Cli & { cwd: string; call(): Promise<number> }> {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "long.yaml"), LONG);
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  const ports = ["--listen", "127.0.0.1:0", "--control", "off", "--upstream", "stub:stub.yaml"];
  const cli = startCli(["run", "long.yaml", ...ports, ...rest], { cwd });
  const [, url] = await cli.says(/^proxy +(http:\S+)/m);
  await cli.says(/only for/);
  return {
    ...cli,
    cwd,
    async call() {
      const body = JSON.stringify({ model: "sample-model", messages: [{ role: "user", content: "Hi" }] });
      const headers = { "content-type": "application/json" };
      const reply = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
      await reply.arrayBuffer();
      return reply.status;
    },
  };
}

it("reports what was seen when it is stopped by hand, and leaves with 4", async () => {
  const run = await startLongRun();
  expect(await run.call()).toBe(200);
  run.signal("SIGINT");
  expect(await run.exited, run.stderr()).toBe(4);
  const report = reportOf(runFolderIn(run.cwd));
  expect(report).toMatchObject({ stopped: "interrupted", calls: { attempts: 1 } });
  expect(run.stdout()).toContain("stopped early: interrupted");
});

it("keeps everything but the end when it is killed; the report works and says so", async () => {
  const run = await startLongRun();
  for (let n = 0; n < 3; n++) expect(await run.call()).toBe(200);
  run.signal("SIGKILL");
  expect(await run.exited).toBe("SIGKILL");
  const folder = runFolderIn(run.cwd);
  expect(eventsOf(folder).filter((event) => event.type === "reply_ended").length).toBeGreaterThanOrEqual(2);
  const told = await runCli(["report", folder], { cwd: run.cwd });
  expect(told.code, told.stderr).toBe(4);
  expect(told.stdout).toMatch(/the log has no end/);
  expect(reportOf(folder).calls.attempts).toBe(3);
  expect(existsSync(join(folder, "runbook.html"))).toBe(true);
});

/** Answers, and does not mind being asked to leave. */
const STUBBORN_APP = `
process.on("SIGTERM", () => {});
require("node:http").createServer((_, res) => res.end("ok")).listen(process.env.PORT, "127.0.0.1");
console.log("pid=" + process.pid);
`;

it("leaves at once on the second signal, and takes the app with it", async () => {
  const app = ["--app", `http://127.0.0.1:${await freePort()}`, "--", process.execPath, "-e", STUBBORN_APP];
  const run = await startLongRun(app);
  const [, pid] = await run.says(/pid=(\d+)/);
  run.signal("SIGINT");
  await run.says(/Once more leaves at once/);
  run.signal("SIGINT");
  const askedMs = performance.now();
  expect(await run.exited, run.stderr()).toBe(130);
  // Well below the ten seconds that the app would be given.
  expect(performance.now() - askedMs).toBeLessThan(5_000);
  await expect.poll(() => isAlive(Number(pid))).toBe(false);
});

it("is stopped by hand while it waits for the app, too", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "long.yaml"), LONG);
  const app = ["--app", `http://127.0.0.1:${await freePort()}`];
  const run = startCli(["run", "long.yaml", "--listen", "127.0.0.1:0", "--control", "off", ...app], { cwd });
  await run.says(/^upstream/m);
  run.signal("SIGINT");
  const askedMs = performance.now();
  expect(await run.exited, run.stderr()).toBe(4);
  expect(performance.now() - askedMs).toBeLessThan(10_000);
  const types = eventsOf(runFolderIn(cwd)).map((event) => (event.type === "app_state" ? event.state : event.type));
  expect(types).not.toContain("ready");
  expect(types).not.toContain("phase_started");
});
