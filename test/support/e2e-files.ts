import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, freshFolder, ROOT } from "./e2e.ts";

/** Files that the end-to-end tests play with: all short, so that the whole folder stays quick. */

/** A stub that answers in a few milliseconds. */
export const QUICK_STUB = `
ttft: 20ms
inter_token: 2ms
output_tokens: 12
`;

/** The token storm of scenarios/tpm-storm.yaml, in seconds instead of minutes. */
export const QUICK_STORM = `
name: quick-storm
summary: Tokens per minute run out while requests are few.
hypothesis: The app waits as told or falls back.
seed: 7
phases:
  - { name: baseline, lasts: 1s }
  - name: storm
    lasts: 3s
    faults:
      - rate_limit: { dimension: tpm, retry_after: 2s }
        where: { model: gpt-4o }
  - { name: recovery, lasts: 1s }
load: { concurrency: 3 }
expect:
  - retry_after_honoured: { tolerance: 50ms, at_least: 99% }
  - retry_amplification: { at_most: 1.5, in: storm }
  - degrades_by: { any_of: [shed, fallback], within: 2s }
  - no_hang: { within: 10s }
`;

export const EXAMPLES = join(ROOT, "examples");

/** A folder with a scenario and a quick stub profile, and the arguments of a run of one of the examples in it. */
export async function exampleRun(
  app: string,
  scenario: string,
  { appFile = "llm-chaos.yaml", stub = QUICK_STUB }: { appFile?: string; stub?: string } = {},
) {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "scenario.yaml"), scenario);
  writeFileSync(join(cwd, "stub.yaml"), stub);
  const url = `http://127.0.0.1:${await freePort()}`;
  const flags = ["--config", join(EXAMPLES, appFile), "--app", url, "--upstream", "stub:stub.yaml"];
  const ports = ["--listen", "127.0.0.1:0", "--control", "off"];
  return {
    cwd,
    appUrl: url,
    args: ["run", "scenario.yaml", ...flags, ...ports, "--", "node", join(EXAMPLES, `${app}.mjs`)],
  };
}
