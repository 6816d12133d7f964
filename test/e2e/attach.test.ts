import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readEvents } from "../../src/history/index.ts";
import { freePort, freshFolder, runCli, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { EXAMPLES, QUICK_STORM, QUICK_STUB } from "../support/e2e-files.ts";

/** The good example app, played on a proxy that another terminal started. */
it("plays a scenario and its load on a proxy that runs already; its log is the one log", {
  timeout: 90_000,
}, async () => {
  const there = freshFolder();
  writeFileSync(join(there, "stub.yaml"), QUICK_STUB);
  const proxy = await startProxyCli(["--upstream", "stub:stub.yaml", "--control", "127.0.0.1:0"], { cwd: there });
  const [, control = ""] = await proxy.says(/^control (ws:\S+)/m);
  const token = join(there, ".llm-chaos/control-token");

  const here = freshFolder();
  writeFileSync(join(here, "storm.yaml"), QUICK_STORM);
  const port = await freePort();
  const args = ["run", "storm.yaml", "--attach", control, "--control-token-file", token, "--out", "run"];
  const config = ["--config", join(EXAMPLES, "llm-chaos.yaml"), "--app", `http://127.0.0.1:${port}`];
  const app = ["--", "node", join(EXAMPLES, "good-app.mjs")];
  const { code, stdout, stderr } = await runCli([...args, ...config, ...app], { cwd: here });
  expect(code, stdout + stderr).toBe(0);
  expect(stderr).toMatch(/^attached ws:/m);

  const mine = readEvents(join(here, "run"));
  expect(mine.problems).toEqual([]);
  expect(mine.events[0]).toMatchObject({ type: "run_started", mode: "run", t_ms: 0 });
  expect(mine.events.at(-1)).toMatchObject({ type: "run_ended", why: "completed" });
  const fronts = mine.events.filter(({ type }) => type === "front_door_ended");
  expect(fronts.length).toBeGreaterThan(3);
  expect(mine.events.filter(({ type }) => type === "call_received").length).toBeGreaterThan(3);
  // Number for number the proxy's own events.
  const theirs = new Map(readEvents(runFolderIn(there)).events.map((event) => [event.seq, event.type]));
  for (const { seq, type } of mine.events.slice(1, -1)) expect(theirs.get(seq)).toBe(type);
  const report = JSON.parse(readFileSync(join(here, "run/report.json"), "utf8"));
  expect(report).toMatchObject({ mode: "run", scenario: "quick-storm", verdict: "pass" });
  expect(report.phases.map(({ name }: { name: string }) => name)).toEqual(["baseline", "storm", "recovery"]);
});
