import { appendFileSync } from "node:fs";

/**
 * What a GitHub job shows of a run: a step summary where GITHUB_STEP_SUMMARY names its file, and annotations where GITHUB_ACTIONS is
 * set. They go to stderr, which the runner reads too, so that `--json` stays JSON. Elsewhere nothing happens.
 */
export function tellGithub(summary: string, annotations: readonly string[], env: NodeJS.ProcessEnv): void {
  const file = env["GITHUB_STEP_SUMMARY"];
  if (file !== undefined && file !== "") {
    try {
      appendFileSync(file, `${summary}\n`);
    } catch (error) {
      process.stderr.write(`the step summary cannot be written: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  if (env["GITHUB_ACTIONS"] === "true") for (const line of annotations) process.stderr.write(`${line}\n`);
}
