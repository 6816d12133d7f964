import { expect, it } from "vitest";
import { findScenario } from "../../src/cli/shipped.ts";

it.each([
  "storm",
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
