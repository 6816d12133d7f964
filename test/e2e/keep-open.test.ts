import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rawSocket } from "../support/control.ts";
import { eventsOf, freshFolder, runCli, runFolderIn, startCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

const SHORT = `
name: short
phases:
  - { name: only, lasts: LASTS }
expect:
  - success_rate: { at_least: 99%, at: proxy, if_unseen: fail }
`;

/** A run that nobody calls, so that its expectation is broken. */
function startShortRun(lasts = "300ms") {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "short.yaml"), SHORT.replace("LASTS", lasts));
  writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
  const ports = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--upstream", "stub:stub.yaml"];
  return { cwd, ...startCli(["run", "short.yaml", ...ports, "--keep-open"], { cwd }) };
}

describe("run --keep-open", () => {
  it("tells the verdict, then serves dashboard and runbook until Ctrl-C, and leaves with the verdict's code", async () => {
    const run = startShortRun();
    const [, url = ""] = await run.says(/^serving the dashboard with the runbook at (http:\S+) until Ctrl-C$/m);
    expect(run.stdout()).toMatch(/^NOT READY/);
    const token = readFileSync(join(run.cwd, ".llm-chaos/control-token"), "utf8").trim();

    const { socket, next } = await rawSocket({ url: `${url.replace("http", "ws")}control`, token });
    socket.send('{"jsonrpc":"2.0","id":1,"method":"view.subscribe"}');
    expect(await next()).toMatchObject({ id: 1, result: { subscribed: true } });
    expect(await next()).toMatchObject({ params: { full: { head: { state: "ended" } } } });
    expect(await next()).toMatchObject({
      params: { report: { verdict: "fail", runbook: expect.stringContaining("<html") } },
    });

    const before = eventsOf(runFolderIn(run.cwd)).length;
    socket.send('{"jsonrpc":"2.0","id":2,"method":"fault.inject","params":{"fault":{"hang":{}}}}');
    expect(await next()).toMatchObject({ id: 2, error: { message: expect.stringContaining("the run is over") } });
    expect(eventsOf(runFolderIn(run.cwd))).toHaveLength(before);
    const get = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await get("runs/current/runbook.html")).text()).toContain("<html");
    expect((await get("metrics")).status).toBe(200);

    run.signal("SIGINT");
    expect(await run.exited, run.stderr()).toBe(1);
  });

  it("does not stay when the run itself was ended by Ctrl-C", async () => {
    const run = startShortRun("60s");
    await run.says(/only for/);
    run.signal("SIGINT");
    expect(await run.exited, run.stderr()).toBe(4);
    expect(run.stderr()).not.toContain("serving the dashboard");
    expect(run.stdout()).toContain("stopped early: interrupted");
  });

  it("is refused where there is nothing of its own to keep open", async () => {
    const cwd = freshFolder();
    for (const other of [
      ["--control", "off"],
      ["--repeat", "2"],
      ["--attach", "ws://127.0.0.1:1/control"],
    ]) {
      const { code, stderr } = await runCli(["run", "short.yaml", "--keep-open", ...other], { cwd });
      expect(stderr).toContain(other[0]);
      expect(code).toBe(2);
    }
  });
});
