// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the scenario language
import { describe, expect, it } from "vitest";
import { load, problemsOf } from "../support/scenario.ts";

const text = (model: string) =>
  `name: x\nphases:\n  - name: a\n    lasts: \${LASTS:-20s}\n    faults:\n      - rate_limit: { retry_after: "\${WAIT:-5s}" }\n        where: { model: ${model} }\nexpect: [{ no_hang: { within: "\${WITHIN}" } }]\nrunbook: { owner: "\${OWNER}" }\n`;
const env = { MODEL: "gpt-4o", WITHIN: "20s", OWNER: "@secret-team" };

describe("placeholders", () => {
  it("are filled after parsing, and stay where the scenario is stored", () => {
    const { scenario, filled, secrets } = load(text('"${MODEL}"'), { env });
    expect(scenario.phases[0]).toMatchObject({
      lastsMs: 20_000,
      faults: [{ params: { retry_after: "${WAIT:-5s}" }, where: { model: "${MODEL}" } }],
    });
    expect(filled.phases[0]?.faults[0]).toMatchObject({ params: { retry_after: "5s" }, where: { model: "gpt-4o" } });
    expect(scenario.runbook).toEqual({ owner: "${OWNER}" });
    expect(filled.runbook).toEqual({ owner: "@secret-team" });
    expect(secrets.toSorted()).toEqual(["20s", "@secret-team", "gpt-4o"]);
  });

  it("of an expectation's measures are stored filled: the judge has the log alone", () => {
    expect(load(text("m"), { env }).scenario.expect[0]?.params).toEqual({ within: "20s" });
  });

  it("in names are filled: they become part of file names and rule ids", () => {
    const named = 'name: "${NAME}"\nphases: [{ name: "${NAME}", lasts: 1s, faults: [hang] }]';
    const { scenario } = load(named, { env: { NAME: "blue" } });
    expect([scenario.name, scenario.phases[0]?.name, scenario.phases[0]?.faults[0]?.id]).toEqual([
      "blue",
      "blue",
      "blue/1",
    ]);
    expect(problemsOf(named, { env: { NAME: "../x" } })[0]).toMatch(/1:7: error: a name has letters/);
  });

  it("cannot become structure", () => {
    const hostile = { ...env, MODEL: 'x" }, chance: 0 #' };
    expect(load(text('"${MODEL}"'), { env: hostile }).filled.phases[0]?.faults[0]).toMatchObject({
      where: { model: hostile.MODEL },
      chance: 1,
    });
  });

  it("without a value are a problem at the placeholder", () => {
    expect(problemsOf(text('"${MODEL}"'), { env: { WITHIN: "1s", OWNER: "" } })).toEqual([
      "s.yaml:7:26: error: the environment variable MODEL is not set (set MODEL, or give a default: ${MODEL:-…})",
      "s.yaml:9:20: error: the environment variable OWNER is not set (set OWNER, or give a default: ${OWNER:-…})",
    ]);
  });

  it("without quotes inside braces get the hint, and the rest of the file is still checked", () => {
    const broken = `${text("${MODEL}")}sed: 7\nload: { ramp: { from: \${FROM:-1}, too: 2 } }\n`;
    expect(problemsOf(broken, { env })).toEqual([
      's.yaml:7:25: error: ${MODEL} inside { … } or [ … ] must be quoted (write "${MODEL}")',
      's.yaml:10:1: error: unknown key "sed" (did you mean seed?)',
      's.yaml:11:23: error: ${FROM:-1} inside { … } or [ … ] must be quoted (write "${FROM:-1}")',
      's.yaml:11:35: error: unknown key "too" (did you mean to?)',
    ]);
  });

  it("that are malformed are named", () => {
    expect(problemsOf(text('"${MODEL-x}"'), { env })[0]).toMatch(/7:26: error: \$\{MODEL-x\} is not a placeholder/);
  });

  it("never show their value in a message", () => {
    const problems = problemsOf(text("m"), { env: { ...env, WITHIN: "sk-very-secret" } });
    expect(problems).toEqual([
      's.yaml:8:31: error: "${WITHIN}" is not a duration; write it with a unit, such as 250ms, 2s or 5m',
    ]);
  });
});
