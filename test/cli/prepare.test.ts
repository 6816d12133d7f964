import { expect, it } from "vitest";
import { prepare } from "../../src/cli/prepare.ts";

const FLAGS: Parameters<typeof prepare>[0]["flags"] = {
  upstream: [],
  listen: { host: "127.0.0.1", port: 0 },
  control: "off",
  controlHost: [],
  fault: [],
  redact: [],
  replayIgnore: [],
  mark: false,
  budgetUsd: [],
  budgetTokens: [],
  budgetRequests: [],
};

const prepared = (command: readonly string[]) =>
  prepare({
    mode: "run",
    scenarioPath: "scenarios/demo.yaml",
    command,
    flags: FLAGS,
    readyTimeoutMs: 1,
    startAtOnce: true,
    notify: () => {},
    onAppOutput: () => {},
  });

it.each([
  ["by its name", "node"],
  ["by its path", process.execPath],
])("finds the app file beside the app's entry file, the program being named %s", (_how, program) => {
  const { appFilePath, options } = prepared([program, "examples/naive-app.mjs"]);
  expect(appFilePath).toBe("examples/llm-chaos.yaml");
  expect(options.app?.frontDoor).toBeDefined();
});

it("has no app file where none stands beside a file of the command", () => {
  expect(prepared([process.execPath, "bin/llm-chaos.js"]).appFilePath).toBeUndefined();
});

it("takes a whole script among the words for no file, however long", () => {
  expect(prepared(["sh", "-c", `: ${"x".repeat(5000)}`]).appFilePath).toBeUndefined();
});
