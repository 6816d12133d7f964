// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the scenario language
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { formatProblem } from "../../src/core/errors.ts";
import { scenarioJsonSchema } from "../../src/scenario/json-schema.ts";
import { loadScenario } from "../../src/scenario/load.ts";
import { caught, problemsOf, REGISTRY } from "../support/scenario.ts";

const BASE = `name: base
summary: What is inherited.
seed: 3
vars: { WAIT: 5s, UNUSED: 1 }
limits: [{ rpm: 10 }]
phases:
  - name: calm
    lasts: 10s
  - name: storm
    lasts: 20s
    faults:
      - rate_limit: { dimension: tpm, retry_after: "\${WAIT}" }
        where: { model: "\${MODEL:-*}" }
load: { concurrency: 8 }
expect:
  - no_hang: { within: 5s, in: storm }
runbook: { owner: them, check: this }
`;

/** A folder of files; `open` loads one of them. */
function files(texts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-extend-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const open = (name: string, env: Record<string, string> = {}) =>
    loadScenario({ path: join(folder, name), env, registry: REGISTRY });
  const problems = (name: string, env: Record<string, string> = {}) =>
    caught(() => open(name, env)).map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
  return { folder, open, problems };
}
const CHILD = "name: child\nextends: ./base.yaml\n";

describe("extends a file", () => {
  it("takes what it does not say itself, and never the name", () => {
    const { scenario } = files({ "base.yaml": BASE, "a.yaml": CHILD }).open("a.yaml");
    expect(scenario).toMatchObject({ name: "child", summary: "What is inherited.", seed: 3 });
    expect(scenario.phases.map(({ name }) => name)).toEqual(["calm", "storm"]);
    expect(scenario.expect).toMatchObject([{ name: "no_hang", in: ["storm"] }]);
    expect(files({ "base.yaml": BASE, "a.yaml": "extends: ./base.yaml\n" }).problems("a.yaml")).toEqual([
      expect.stringMatching(/^a\.yaml:1:1: error: name is missing/),
    ]);
  });

  it("replaces lists and maps whole, merges vars and the runbook", () => {
    const own = `${CHILD}seed: 9\nvars: { WAIT: 7s }\nlimits: []\nexpect: []\nload: { rate: 2/s }\nrunbook: { owner: us }\n`;
    const { scenario } = files({ "base.yaml": BASE, "a.yaml": own }).open("a.yaml");
    expect(scenario).toMatchObject({ seed: 9, limits: [], expect: [], load: { kind: "open", perSecond: 2 } });
    expect(scenario.runbook).toEqual({ owner: "us", check: "this" });
    expect(scenario.phases[1]?.faults[0]?.params).toEqual({ dimension: "tpm", retry_after: "7s" });
  });

  it("goes on from generation to generation, inside the folder of the scenario that was asked for", () => {
    const grand = "name: grand\nextends: ../base.yaml\nseed: 4\n";
    const { open, folder } = files({
      "base.yaml": BASE,
      "team/grand.yaml": grand,
      "a.yaml": "name: a\nextends: team/grand.yaml\n",
    });
    const { scenario, files: read } = open("a.yaml");
    expect(scenario).toMatchObject({ name: "a", seed: 4, load: { kind: "closed", concurrency: 8 } });
    expect(read).toEqual(["a.yaml", "team/grand.yaml", "base.yaml"].map((name) => join(folder, name)));
  });

  it("names the file, line and column in which a wrong value stands", () => {
    const wrong = BASE.replace("lasts: 20s", "lasts: 0s").replace("concurrency: 8", "concurency: 8");
    const { problems } = files({
      "base.yaml": wrong,
      "a.yaml": `${CHILD}expect: [{ no_hang: { within: 5s, in: strom } }]\n`,
    });
    expect(problems("a.yaml")).toEqual([
      'a.yaml:3:39: error: there is no phase "strom" (did you mean storm?)',
      expect.stringMatching(/^base\.yaml:10:12: error: a phase of 0 s never happens/),
      expect.stringMatching(/^base\.yaml:14:9: error: unknown key "concurency"/),
    ]);
    const broken = files({ "base.yaml": `${BASE}nonsense: [`, "a.yaml": CHILD });
    expect(broken.problems("a.yaml")).toEqual([expect.stringMatching(/^base\.yaml:1[6-9]:\d+: error: not valid YAML/)]);
    expect(files({ "base.yaml": "- a\n", "a.yaml": CHILD }).problems("a.yaml").join()).toMatch(
      /base\.yaml:1:1: error: the file must be a map/,
    );
    const unset = files({ "base.yaml": BASE.replace("WAIT: 5s", "WAITS: 5s"), "a.yaml": CHILD });
    expect(unset.problems("a.yaml").join("\n")).toMatch(
      /^base\.yaml:12:\d+: error: the environment variable WAIT is not set/m,
    );
  });

  it("refuses circles, what is not there, and ways out of the folder", () => {
    const { problems, folder } = files({
      "sub/a.yaml": "name: a\nextends: b.yaml\n",
      "sub/b.yaml": "name: b\nextends: ./a.yaml\n",
      "sub/self.yaml": "name: s\nextends: self.yaml\n",
      "sub/gone.yaml": "name: g\nextends: ./nowhere.yaml\n",
      "sub/out.yaml": "name: o\nextends: ../base.yaml\n",
      "sub/far.yaml": "name: f\nextends: /etc/hosts.yaml\n",
      "sub/linked.yaml": "name: l\nextends: link.yaml\n",
      "sub/env.yaml": "name: e\nextends: ${BASE}.yaml\n",
      "sub/list.yaml": "name: e\nextends: [a.yaml]\nphases: [{ name: a, lasts: 1s }]\n",
      "base.yaml": BASE,
    });
    symlinkSync(join(folder, "base.yaml"), join(folder, "sub/link.yaml"));
    expect(problems("sub/a.yaml")).toEqual([
      "sub/b.yaml:2:10: error: sub/a.yaml extends this file in turn (one of them must stand on its own)",
    ]);
    expect(problems("sub/self.yaml").join()).toMatch(/^sub\/self\.yaml:2:10: error: a scenario cannot extend itself/);
    expect(problems("sub/gone.yaml")).toEqual(["sub/gone.yaml:2:10: error: sub/nowhere.yaml does not exist"]);
    for (const name of ["out", "far", "linked"])
      expect(problems(`sub/${name}.yaml`).join(), name).toMatch(/:2:10: error: .* is outside the scenario's folder/);
    expect(problems("sub/env.yaml").join()).toMatch(/:2:10: error: extends cannot hold a placeholder/);
    expect(problems("sub/list.yaml").join()).toMatch(/:2:10: error: extends must be a text, not a list/);
  });

  it("lives with names that are no files, and with long chains", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`c${n}.yaml`, `name: c${n}\nextends: c${n + 1}.yaml\n`]),
    );
    const odd = ["./", ".", "''", '"a\\0b.yaml"', "sub/", "sub/x.yaml", "..", "../", "a\\\\b", "C:/x.yaml"];
    const texts = Object.fromEntries(odd.map((name, n) => [`odd${n}.yaml`, `name: x\nextends: ${name}\n`]));
    const { problems, folder } = files({ ...chain, ...texts, "base.yaml": BASE });
    mkdirSync(join(folder, "sub/x.yaml"), { recursive: true });
    for (const name of Object.keys(texts))
      expect(problems(name).join("\n"), texts[name]).toMatch(/^odd\d\.yaml:2:10: error: /);
    expect(problems("c0.yaml")).toEqual(["c15.yaml:2:10: error: extends goes on over more than 16 files"]);
  });

  it("reads what an inherited value names beside the file that names it", () => {
    const rules = "phases: [{ name: a, lasts: 1s, faults: [latency: { add: { empirical: d.txt } }] }]\n";
    const base = `name: base\n${rules}`;
    const own = { "team/base.yaml": base, "team/d.txt": "9ms\n", "a.yaml": "name: a\nextends: team/base.yaml\n" };
    const { filled } = files(own).open("a.yaml");
    expect(filled.phases[0]?.faults[0]?.params).toEqual({ add: { empirical: ["9ms"] } });
  });

  it("leaves one whole scenario for the run's folder, placeholders kept", () => {
    const { open } = files({ "base.yaml": BASE, "a.yaml": CHILD });
    const { text, scenario } = open("a.yaml", { MODEL: "a-secret-model" });
    expect(text).not.toMatch(/extends|a-secret-model/);
    expect(text).toContain("${MODEL:-*}");
    const again = loadScenario({ text, env: { MODEL: "a-secret-model" }, registry: REGISTRY });
    expect(again.scenario).toEqual(scenario);
    expect(open("base.yaml").text).toBe(BASE);
  });
});

describe("vars", () => {
  const model = (text: string, env: Record<string, string> = {}) => {
    const { scenario, filled, secrets } = files({ "base.yaml": BASE, "a.yaml": CHILD + text }).open("a.yaml", env);
    const [shown, real] = [scenario, filled].map(({ phases }) => phases[1]?.faults[0]?.where.model);
    return { shown, real, secrets };
  };
  it("win over a default and lose against the environment", () => {
    expect(model("")).toEqual({ shown: "${MODEL:-*}", real: "*", secrets: [] });
    expect(model("vars: { MODEL: gpt-4o }\n")).toEqual({ shown: "gpt-4o", real: "gpt-4o", secrets: [] });
    expect(model("vars: { MODEL: gpt-4o }\n", { MODEL: "secret-model" })).toEqual({
      shown: "${MODEL:-*}",
      real: "secret-model",
      secrets: ["secret-model"],
    });
    expect(model('vars: { MODEL: "${OTHER}-x" }\n', { OTHER: "secret" })).toMatchObject({
      shown: "${OTHER}-x",
      real: "secret-x",
    });
  });
  it("are warned about when nothing uses them, and must be single values with a name", () => {
    const { problems } = files({ "base.yaml": BASE, "a.yaml": `${CHILD}vars: { MODLE: x }\n` });
    expect(problems("a.yaml")).toEqual([
      "a.yaml:3:9: warning: no placeholder uses the variable MODLE (write ${MODLE} where its value belongs)",
    ]);
    const PHASES = "name: x\nphases: [{ name: a, lasts: 1s }]\n";
    expect(problemsOf(`${PHASES}vars: { A: [1] }\n`).join()).toMatch(/3:\d+: error: A cannot be a list/);
    expect(problemsOf(`${PHASES}vars: { a-b: 1 }\n`).join()).toMatch(/3:\d+: error: .*letters, digits and _ only/);
  });
});

describe("the shipped presets", () => {
  const PRESETS = readdirSync(join(import.meta.dirname, "../../scenarios/presets")).map((file) =>
    file.replace(".yaml", ""),
  );
  const open = (text: string) => loadScenario({ text, env: {} });

  it.each(PRESETS)("%s can be extended by a scenario of two lines, and its model be named", (name) => {
    const { scenario, warnings } = open(`name: ours\nextends: ${name}\nvars: { MODEL: gpt-4o }\n`);
    expect(warnings).toEqual([]);
    expect(scenario.name).toBe("ours");
    expect(scenario.expect.length).toBeGreaterThan(2);
    const rules = scenario.phases.flatMap(({ faults }) => faults);
    expect(rules.length).toBeGreaterThan(0);
    for (const { where } of rules) expect(where.model).toBe("gpt-4o");
    const total = scenario.phases.reduce((sum, { lastsMs }) => sum + (lastsMs ?? 0), 0);
    expect(total).toBeLessThanOrEqual(80_000);
  });

  it("need no more in an editor, either", () => {
    const check = z.fromJSONSchema(scenarioJsonSchema() as never);
    const accepts = (value: unknown) => check.safeParse(value).success;
    expect(accepts({ name: "ours", extends: "gentle", vars: { MODEL: "gpt-4o", N: 3 } })).toBe(true);
    expect(accepts({ name: "ours", extends: ["gentle"] })).toBe(false);
    expect(accepts({ name: "ours", extends: "gentle", vars: { MODEL: { a: 1 } } })).toBe(false);
    expect(accepts({ extends: "gentle" })).toBe(false);
  });

  it("are found by name only", () => {
    expect(PRESETS).toEqual(expect.arrayContaining(["gentle", "storm"]));
    const said = (extend: string) =>
      caught(() => open(`name: x\nextends: ${extend}\n`))
        .map(formatProblem)
        .join();
    expect(said("gentel")).toMatch(/scenario\.yaml:2:10: error: there is no preset "gentel" \(did you mean gentle\?\)/);
    expect(said("hurricane")).toMatch(/there is no preset "hurricane" \(the presets are .*storm/);
    expect(said("./gentle.yaml")).toMatch(/is a file, and this scenario is none/);
  });
});
