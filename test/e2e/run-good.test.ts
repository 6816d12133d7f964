import { expect, it } from "vitest";
import { eventsOf, reportOf, runCli, runFolderIn } from "../support/e2e.ts";
import { exampleRun, QUICK_STORM } from "../support/e2e-files.ts";

it("passes the well-behaved app in the same storm, prints the report as JSON, and ends the app with the run", async () => {
  const { cwd, args, appUrl } = await exampleRun("good-app", QUICK_STORM);
  const played = await runCli([...args.slice(0, 2), "--json", ...args.slice(2)], { cwd });
  expect(played.code, played.stderr + played.stdout).toBe(0);
  const report = JSON.parse(played.stdout);
  expect(report).toMatchObject({ version: 1, verdict: "pass", stopped: null, scenario: "quick-storm" });
  const folder = runFolderIn(cwd);
  expect(reportOf(folder)).toEqual(report);
  expect(report.faults).toMatchObject([{ name: "rate_limit" }]);
  expect(report.faults[0].hits).toBeGreaterThan(0);
  expect(report.calls.outcomes.served).toBeGreaterThan(10);

  const states = eventsOf(folder).flatMap((event) => (event.type === "app_state" ? [event.state] : []));
  expect(states.slice(0, 2)).toEqual(["started", "ready"]);
  await expect(fetch(appUrl), "the app went with the run").rejects.toThrow();
});
