import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { freePort, freshFolder, reportOf, runCli, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

const PHASES = `
name: two-phases
phases:
  - { name: first, lasts: 20s }
  - { name: second, lasts: 20s }
expect:
  - success_rate: { at_least: 99%, at: proxy }
`;

function appThatEnds(code: number): string {
  return `
require("node:http").createServer((_, res) => res.end("ok")).listen(process.env.PORT, "127.0.0.1");
setTimeout(() => process.exit(${code}), 1500);
`;
}

async function runWith(app: string) {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "phases.yaml"), PHASES);
  const ports = ["--listen", "127.0.0.1:0", "--control", "off", "--upstream", "stub"];
  const url = `http://127.0.0.1:${await freePort()}`;
  const args = ["run", "phases.yaml", ...ports, "--app", url, "--", process.execPath, "-e", app];
  return { cwd, ...(await runCli(args, { cwd })) };
}

it("leaves with 5 when the app command dies before the last phase, with a report", async () => {
  const { code, cwd, stderr, stdout } = await runWith(appThatEnds(7));
  expect(code, stderr).toBe(5);
  expect(reportOf(runFolderIn(cwd)).stopped).toMatch(/ended with exit code 7/);
  expect(stdout).toContain("exit code 7");
});

it("takes an app command that ends with 0 for a normal end", async () => {
  const { code, cwd, stderr } = await runWith(appThatEnds(0));
  // Nothing was called, so nothing could be concluded; but nothing was stopped either.
  expect(code, stderr).toBe(3);
  expect(reportOf(runFolderIn(cwd)).stopped).toBeNull();
});

it("leaves with 5 when the log cannot be written any more, keeps serving until then, and reports what it has", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  // A limit on the size of files stands for a full disk: the write fails just as suddenly.
  const proxy = await startProxyCli(["--upstream", "stub:stub.yaml"], {
    cwd,
    through: (program) => ["/bin/bash", "-c", `ulimit -f 32; exec "$@"`, "bash", ...program],
  });
  const body = JSON.stringify({ model: "sample-model", messages: [{ role: "user", content: "Hi" }] });
  const headers = { "content-type": "application/json" };
  let served = 0;
  let exitCode: number | string | undefined;
  void proxy.exited.then((code) => {
    exitCode = code;
  });
  for (let n = 0; n < 200 && exitCode === undefined; n++) {
    try {
      const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", headers, body });
      await reply.arrayBuffer();
      if (reply.status === 200) served++;
    } catch {
      break;
    }
  }
  expect(served).toBeGreaterThan(5);
  expect(await proxy.exited, proxy.stderr()).toBe(5);
  expect(proxy.stderr()).toMatch(/event log cannot be written/);
  expect(proxy.stderr()).not.toMatch(/\n\s+at /);
  const folder = runFolderIn(cwd);
  expect(statSync(join(folder, "events.jsonl")).size).toBeLessThanOrEqual(32 * 1_024);
  expect(existsSync(join(folder, "report.json"))).toBe(true);
  expect(readFileSync(join(folder, "runbook.md"), "utf8").length).toBeGreaterThan(100);
  const again = await runCli(["report", folder, "--json"], { cwd });
  expect(again.code, "its log has no end: taken as stopped").toBe(4);
  expect(JSON.parse(again.stdout).calls.attempts).toBeGreaterThan(5);
});

it("says which file of the report found no room, and leaves none that is cut short", async () => {
  const cwd = freshFolder();
  const proxy = await startProxyCli(["--upstream", "stub"], {
    cwd,
    through: (program) => ["/bin/bash", "-c", `ulimit -f 1; exec "$@"`, "bash", ...program],
  });
  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(5);
  expect(proxy.stderr()).toMatch(/report\.json cannot be written: EFBIG/);
  expect(existsSync(join(runFolderIn(cwd), "report.json"))).toBe(false);
});
