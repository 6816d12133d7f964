import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { schemaFiles } from "../../scripts/schemas.ts";
import { rampMs } from "../../src/core/ramp.ts";
import { expectations } from "../../src/expectations/index.ts";
import { faults } from "../../src/faults/index.ts";
import { appJsonSchema, explainScenario, loadApp, loadScenario, scenarioJsonSchema } from "../../src/scenario/index.ts";

const root = join(import.meta.dirname, "../..");
const files = readdirSync(join(root, "scenarios")).filter((file) => file.endsWith(".yaml"));
const { app } = loadApp({ path: join(root, "examples/llm-chaos.yaml"), env: {} });

describe("shipped scenarios", () => {
  it("are there", () => {
    expect(files).toEqual(
      expect.arrayContaining(
        ["tpm-storm", "rpm-storm", "daily-quota", "slow-first-token", "truncated-stream", "tpm-ramp", "demo"].map(
          (name) => `${name}.yaml`,
        ),
      ),
    );
  });

  it.each(files)("%s is valid, without a warning beside the sample apps, and explains itself", (file) => {
    const path = join(root, "scenarios", file);
    const { scenario, warnings } = loadScenario({ path, env: {}, app });
    expect(warnings).toEqual([]);
    expect(scenario.name).toBe(file.replace(".yaml", ""));
    for (const text of [scenario.summary, scenario.hypothesis]) expect(text).toMatch(/\.$/);
    expect(scenario.expect.length).toBeGreaterThan(0);
    const lines = explainScenario(scenario);
    expect(lines.join("\n")).not.toMatch(/undefined|NaN|\[object|\{/);
    expect(lines.length).toBeGreaterThan(scenario.phases.length + scenario.expect.length);
  });

  it.each(files)("%s is short enough to be run often", (file) => {
    const { phases, load } = loadScenario({ path: join(root, "scenarios", file), env: {} }).scenario;
    const ramp = load?.kind === "ramp" ? rampMs(load) : 0;
    const total = phases.reduce((sum, { lastsMs }) => sum + (lastsMs ?? ramp), 0);
    expect(total).toBeLessThanOrEqual(file === "demo.yaml" ? 45_000 : 80_000);
  });
});

describe("the JSON Schemas", () => {
  it("in schema/ are current (npm run schemas writes them)", () => {
    for (const [name, text] of schemaFiles()) expect(readFileSync(join(root, "schema", name), "utf8"), name).toBe(text);
  });

  const accepts = (schema: Record<string, unknown>) => {
    const check = z.fromJSONSchema(schema as never);
    return (value: unknown) => check.safeParse(value).success;
  };

  it("accept what is shipped, and the short ways of writing", () => {
    const scenario = accepts(scenarioJsonSchema());
    for (const file of files)
      expect(scenario(parse(readFileSync(join(root, "scenarios", file), "utf8"))), file).toBe(true);
    const phases = [
      { name: "a", lasts: "1s", faults: ["latency", { latency: null }, { stall: { lasts: "1s" }, chance: "5%" }] },
    ];
    const expects = ["truncation_noticed", { no_hang: { within: "2s", in: "a", if_unseen: "pass" } }];
    expect(scenario({ name: "x", phases, expect: expects })).toBe(true);
    expect(accepts(appJsonSchema())(parse(readFileSync(join(root, "examples/llm-chaos.yaml"), "utf8")))).toBe(true);
  });

  it("refuse unknown words", () => {
    const scenario = accepts(scenarioJsonSchema());
    const withRule = (rule: unknown) => ({ name: "x", phases: [{ name: "a", lasts: "1s", faults: [rule] }] });
    expect(scenario(withRule({ latncy: {} }))).toBe(false);
    expect(scenario(withRule({ rate_limit: { dimension: "tmp" } }))).toBe(false);
    expect(scenario(withRule("wind"))).toBe(false);
    expect(scenario({ name: "x", expect: [{ no_hang: { within: "2s", inn: "a" } }] })).toBe(false);
    expect(accepts(appJsonSchema())({ app: { ulr: "http://x" } })).toBe(false);
  });

  it("describe every fault and expectation", () => {
    const text = JSON.stringify(scenarioJsonSchema());
    for (const { summary } of [...faults.values(), ...expectations.values()])
      expect(text).toContain(JSON.stringify(summary).slice(1, -1));
  });
});
