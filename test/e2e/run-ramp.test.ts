import { expect, it } from "vitest";
import { reportOf, runCli, runFolderIn } from "../support/e2e.ts";
import { exampleRun } from "../support/e2e-files.ts";

const MAX_IN_FLIGHT = 4;
const RAMP = `
name: small-ramp
seed: 7
limits:
  - rpm: 100_000        # far away: the app's own bound is what the ramp has to find
phases:
  - name: ramp
load:
  ramp: { from: 2, to: 8, factor: 1.5, hold: 2s, settle: 500ms, start: full }
expect:
  - no_hang: { within: 10s }
`;

it("finds the bound that the well-behaved app sets itself, within one step, beside the computed wall", {
  timeout: 90_000,
  // A ramp ends early, and says so, on a machine that is too busy to be trusted.
  retry: 2,
}, async () => {
  const { cwd, args } = await exampleRun("good-app", RAMP, {
    stub: "ttft: 200ms\ninter_token: 5ms\noutput_tokens: 20\n",
  });
  const env = { MAX_IN_FLIGHT: String(MAX_IN_FLIGHT), MAX_QUEUED: "0" };
  const played = await runCli(args, { cwd, env });
  const { load, expectations } = reportOf(runFolderIn(cwd));
  expect(played.code, played.stderr + played.stdout).toBe(0);
  expect(expectations[0]?.verdict).toBe("pass");
  const knee = load.sheds_at;
  if (knee === null) throw new Error(`no step shed: ${JSON.stringify(load.steps)}`);
  expect(knee.after).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  expect(knee.concurrency).toBeGreaterThan(MAX_IN_FLIGHT);
  expect(load.breaks_at).toBeNull();
  const steps = load.steps.map((step) => step.concurrency);
  expect(steps.indexOf(knee.concurrency), "the interval is one step wide").toBe(steps.indexOf(knee.after ?? -1) + 1);
  expect(load.computed_wall).toMatchObject({ dimension: "rpm" });
  expect(load.computed_wall?.concurrency).toBeGreaterThan(100);
});
