import { expect, it } from "vitest";
import { reportOf, runCli, runFolderIn } from "../support/e2e.ts";
import { exampleRun } from "../support/e2e-files.ts";

const CALM = `
name: calm
seed: 7
phases:
  - { name: calm, lasts: 3s }
load: { concurrency: 2 }
expect:
  - retry_amplification: { at_most: 1.0 }
`;

it("does not take the five calls of an agent for retries", async () => {
  const { cwd, args } = await exampleRun("agent-app", CALM, { appFile: "agent.llm-chaos.yaml" });
  const played = await runCli(args, { cwd });
  expect(played.code, played.stderr + played.stdout).toBe(0);
  const { amplification, calls, expectations } = reportOf(runFolderIn(cwd));
  expect(amplification).toBe(1);
  expect(expectations[0]?.verdict).toBe("pass");
  expect(calls.front_door).toBeGreaterThan(2);
  // The warm-up call came before the first phase and is not counted.
  expect(calls.logical).toBe(5 * calls.front_door);
  expect(calls.attempts).toBe(calls.logical);
});
