import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** A process of its own: it is about what stderr gets when the process leaves. */
function stderrOf(program: string): string {
  const href = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const preamble = `import { createLogger } from ${href("run/logger.ts")};
    import { createScrubber } from ${href("core/secrets.ts")};
    const scrubber = createScrubber(); scrubber.register("sk-canary-123");
    const logger = createLogger("info", scrubber);`;
  const script = `exec "$0" --input-type=module -e "$1" 2>&1`;
  return execFileSync("sh", ["-c", script, process.execPath, preamble + program], { encoding: "utf8" });
}

it("writes lines as JSON, scrubbed, also those of the tick in which the process leaves", () => {
  const lines = stderrOf(`
    logger.info({ call: "c1", model: "sk-canary-123" }, "call");
    setImmediate(() => { logger.info({ call: "c2", key: "x" }, "call"); process.exit(0); });`)
    .trim()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { call: "c1", model: "[secret]" },
    { call: "c2", key: "[Redacted]" },
  ]);
});

it("adds no listener to the process for each logger", () => {
  const said = stderrOf(`
    for (let i = 0; i < 50; i++) createLogger("info", scrubber).info({ i }, "x");
    setImmediate(() => console.log(process.listenerCount("exit")));`);
  expect(said).not.toContain("MaxListeners");
  expect(said.trim().split("\n")).toHaveLength(51);
});
