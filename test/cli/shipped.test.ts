import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findScenario, shippedPath } from "../../src/cli/shipped.ts";

/** Where no file has a shipped one's name, as it has in the repository. */
function inFreshFolder(): string {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-shipped-"));
  process.chdir(folder);
  onTestFinished(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

it.each([
  "nope",
  "scenarios/nope.yaml",
  "scenarios/../package.json.yaml",
  "elsewhere/scenarios/tpm-storm.yaml",
])("knows no scenario %s, and says where some are", (path) => {
  expect(() => findScenario(path)).toThrow(
    expect.objectContaining({
      message: `${path} does not exist`,
      hint: expect.stringContaining("list scenarios"),
    }),
  );
});

it.each([
  "tpm-storm",
  "tpm-storm.yaml",
  "scenarios/tpm-storm",
  "./scenarios/tpm-storm.yaml",
])("takes %s for the shipped one, where no such file is", (path) => {
  inFreshFolder();
  expect(findScenario(path)).toBe(shippedPath("tpm-storm"));
});

it("prefers a file of the user's, but not a folder of that name", () => {
  const folder = inFreshFolder();
  mkdirSync(join(folder, "demo"));
  expect(findScenario("demo")).toBe(shippedPath("demo"));
  writeFileSync(join(folder, "tpm-storm"), "name: mine\n");
  expect(findScenario("tpm-storm")).toBe("tpm-storm");
});

it("says which shipped one may be meant", () => {
  expect(() => findScenario("walls/openia")).toThrow(
    expect.objectContaining({ hint: "did you mean the shipped walls/openai?" }),
  );
});
