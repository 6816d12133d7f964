import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cassetteText, exchange } from "../support/cassette.ts";
import { freshFolder, runCli } from "../support/e2e.ts";

it("writes a profile that the stub takes, and shows what it was fitted to", async () => {
  const cwd = freshFolder();
  const recorded = Array.from({ length: 30 }, (_, i) => exchange(`r${i}`));
  writeFileSync(join(cwd, "tape.jsonl"), cassetteText(recorded));
  const fitted = await runCli(["calibrate", "tape.jsonl", "--out", "fitted.yaml"], { cwd });
  expect(fitted.code, fitted.stderr).toBe(0);
  expect(fitted.stdout).toContain("sample-model: 30 calls, 30 whole answers");
  expect(readFileSync(join(cwd, "fitted.yaml"), "utf8")).toMatch(/"sample-model":\n {4}ttft: 30ms/);
  expect((await runCli(["validate", "fitted.yaml"], { cwd })).code).toBe(0);
  const missing = await runCli(["calibrate", "nowhere.jsonl"], { cwd });
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain("there is no cassette at nowhere.jsonl");
});
