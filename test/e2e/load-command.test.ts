import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isAlive } from "../support/app.ts";
import { eventsOf, freshFolder, runCli, runFolderIn } from "../support/e2e.ts";
import { answer, startFakeOpenAi } from "../support/fake-openai.ts";

const scenario = (lasts: string) => `
name: tool
phases:
  - { name: first, lasts: ${lasts} }
  - { name: second, lasts: ${lasts} }
load: { concurrency: 3 }
expect:
  - success_rate: { at_least: 50%, at: proxy }
`;

/** Calls the proxy ten times, one after the other; with "hold" it then stays. */
const TOOL = `
const hold = process.argv[2] === "hold";
console.log("told", process.env.LLM_CHAOS_PROXY_URL, process.env.LLM_CHAOS_SEED, process.env.LLM_CHAOS_CONTROL ?? "no control");
console.log("pid=" + process.pid);
(async () => {
  for (let n = 0; n < 10; n++) {
    const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "n " + n }] });
    const headers = { "content-type": "application/json" };
    await fetch(process.env.LLM_CHAOS_PROXY_URL + "/v1/chat/completions", { method: "POST", headers, body }).then((r) => r.text());
  }
  if (hold) setInterval(() => {}, 1_000);
  else process.exit(Number(process.argv[2] ?? 0));
})();
`;

async function play(lasts: string, command: string) {
  const cwd = freshFolder();
  const provider = await startFakeOpenAi(() => answer());
  onTestFinished(() => provider.close());
  writeFileSync(join(cwd, "tool.yaml"), scenario(lasts));
  writeFileSync(join(cwd, "tool.cjs"), TOOL);
  const flags = ["--upstream", new URL(provider.baseUrl).origin, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"];
  const played = await runCli(["run", "tool.yaml", ...flags, "--json", "--load-cmd", command], { cwd });
  const events = eventsOf(runFolderIn(cwd));
  const states = events.flatMap((event) => (event.type === "load_tool" ? [event] : []));
  return { ...played, events, states, report: played.stdout === "" ? undefined : JSON.parse(played.stdout) };
}

it("ends a load tool with the run, its group too, and judges what it did", async () => {
  const { code, stderr, events, states, report } = await play("1s", "node tool.cjs hold & wait");
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(
    /front door is not seen: the load comes from --load-cmd.*own load is not played.*Only the calls/,
  );
  expect(stderr).toMatch(/^load {4}│ told http:\/\/127\.0\.0\.1:\d+ 1 127\.0\.0\.1:\d+$/m);
  expect(states.map(({ state }) => state)).toEqual(["started", "ended"]);
  expect(report).toMatchObject({
    verdict: "pass",
    stopped: null,
    calls: { attempts: 10 },
    load: { tool: { code: null, signal: "SIGTERM" } },
  });
  expect(report.reproduce).toContain("--load-cmd 'node tool.cjs hold & wait'");
  expect(events[0]).toMatchObject({ type: "run_started", driven: false });
  const [, pid] = /pid=(\d+)/.exec(stderr) ?? [];
  expect(isAlive(Number(pid))).toBe(false);
});

it("ends with a load tool that ends first, says what had no load, and keeps its exit code", async () => {
  const { code, stderr, events, report } = await play("30s", "node tool.cjs 99");
  expect(code, stderr).toBe(0);
  expect(report.load.tool).toEqual({ code: 99, signal: null });
  expect(report.warnings).toContain(
    "the load command ended with exit code 99 before second, which had no load and was not played",
  );
  expect(events.at(-1)).toMatchObject({ type: "run_ended", why: "load_ended" });
});

it("breaks when the load tool cannot be started", async () => {
  const { code, stderr, events } = await play("30s", "no-such-load-tool --users 3");
  expect(code, stderr).toBe(5);
  expect(events.at(-1)).toMatchObject({ why: "broken", detail: "the load command was not found (exit code 127)" });
});
