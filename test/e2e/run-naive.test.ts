import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { eventsOf, freshFolder, reportOf, runCli, runFolderIn } from "../support/e2e.ts";
import { exampleRun, QUICK_STORM } from "../support/e2e-files.ts";

it("fails the naive app, names its early retries, and tells the same again from the log alone", async () => {
  const { cwd, args } = await exampleRun("naive-app", QUICK_STORM);
  const played = await runCli(args, { cwd });
  expect(played.code, played.stderr).toBe(1);
  expect(played.stdout).toContain("NOT READY");
  expect(played.stderr).toMatch(/OPENAI_BASE_URL=http:\S+\/v1/);
  expect(played.stderr + played.stdout).not.toMatch(/\n\s+at .*\.(js|ts|mjs):\d+/);

  const folder = runFolderIn(cwd);
  const report = reportOf(folder);
  const events = eventsOf(folder);
  const early = report.expectations.find(({ name }) => name === "retry_after_honoured");
  expect(early?.verdict).toBe("fail");
  const proof = early?.evidence.find(({ events }) => events.length >= 2);
  expect(JSON.stringify(early)).toMatch(/early/);
  // The evidence leads to the very events: a refusal that announced 2 s, and the call that came before they were over.
  const named = (proof?.events ?? []).map((seq) => events.find((event) => event.seq === seq));
  const types = named.map((event) => event?.type);
  expect(types).toContain("call_received");
  expect(types.some((type) => type === "call_refused" || type === "reply_ended")).toBe(true);
  expect(report.expectations.find(({ name }) => name === "retry_amplification")?.verdict).toBe("fail");
  expect(report.calls.front_door).toBeGreaterThan(10);
  expect(played.stdout).toMatch(/early/);

  const elsewhere = freshFolder();
  const log = join(elsewhere, "events.jsonl");
  copyFileSync(join(folder, "events.jsonl"), log);
  const again = await runCli(["report", log], { cwd: elsewhere });
  expect(again.code, again.stderr).toBe(1);
  expect(reportOf(elsewhere)).toEqual(report);
  for (const file of ["runbook.md", "runbook.html", "junit.xml"])
    expect(readFileSync(join(elsewhere, file), "utf8"), file).toBe(readFileSync(join(folder, file), "utf8"));

  // A torn last line, as a kill leaves it: one line less is known, the verdicts stand.
  appendFileSync(log, '{"v":1,"seq":99999,"t_ms":1');
  const torn = await runCli(["report", elsewhere], { cwd: elsewhere });
  expect(torn.code, torn.stderr).toBe(1);
  expect(torn.stderr).toContain("ends inside a line");
  expect(reportOf(elsewhere)).toEqual(report);

  const lines = readFileSync(join(folder, "events.jsonl"), "utf8").trimEnd();
  writeFileSync(log, lines.slice(0, -7));
  const endless = await runCli(["report", log, "--json"], { cwd: elsewhere });
  expect(endless.code, "the end itself is torn off: taken as stopped").toBe(4);
  const verdicts = (of: typeof report) => of.expectations.map(({ name, verdict }) => ({ name, verdict }));
  expect(verdicts(JSON.parse(endless.stdout))).toEqual(verdicts(report));
});
