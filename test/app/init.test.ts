import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { initProject } from "../../src/app/init.ts";
import { inspectProject } from "../../src/app/inspect-project.ts";
import { UserError } from "../../src/core/errors.ts";
import { loadApp, loadScenario, validateFile } from "../../src/scenario/index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "llm-chaos-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (file: string, content: string | object) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));
};
const read = (file: string) => readFileSync(join(folder, file), "utf8");

describe("a look at the project", () => {
  it("finds the start script, the SDK and the port of a Node app", () => {
    put("package.json", { scripts: { dev: "next dev -p 4100" }, dependencies: { openai: "1", next: "1" } });
    expect(inspectProject(folder)).toEqual({ start: "npm run dev", port: 4100, sdks: ["openai"], provider: "openai" });
    put("package.json", {
      scripts: { dev: "x", start: "node server.js" },
      dependencies: { "@anthropic-ai/sdk": "1", express: "5" },
    });
    put("pnpm-lock.yaml", "");
    expect(inspectProject(folder)).toMatchObject({ start: "pnpm start", port: 3000, provider: "anthropic" });
  });

  it.each([
    ["requirements.txt", "# deps\nfastapi[standard]>=0.110\nopenai==1.2\n", 8000, "openai"],
    ["requirements.txt", "Flask\ngoogle_genai\n", 5000, "gemini"],
    ["pyproject.toml", '[project]\ndependencies = ["uvicorn>=0.3", "anthropic[bedrock]>=0.4"]\n', 8000, "anthropic"],
    ["pyproject.toml", '[tool.poetry.dependencies]\ndjango = "^5"\nlitellm = "^1"\nopenai = "*"\n', 8000, "openai"],
  ])("finds them in %s", (file, text, port, provider) => {
    put(file, text);
    expect(inspectProject(folder)).toMatchObject({ start: undefined, port, provider });
  });

  it("takes nothing for granted", () => {
    const nothing = { start: undefined, port: undefined, sdks: [], provider: undefined };
    expect(inspectProject(folder)).toEqual(nothing);
    put("package.json", "{ not json");
    expect(inspectProject(folder)).toEqual(nothing);
    put("package.json", '{ "scripts": ["x"], "dependencies": 7 }');
    expect(inspectProject(folder)).toEqual(nothing);
    put("package.json", '{ "scripts": { "start": "x --port 99999" } }');
    expect(inspectProject(folder).port).toBeUndefined();
  });
});

describe("init", () => {
  it("writes two files that are valid, with the path of their schema", () => {
    put("package.json", { scripts: { dev: "vite" }, dependencies: { openai: "1", vite: "8" } });
    const { written, kept } = initProject({ folder });
    expect([written, kept]).toEqual([["llm-chaos.yaml", join("scenarios", "first-storm.yaml")], []]);
    for (const file of written) {
      expect(validateFile(join(folder, file), {})).toEqual([]);
      const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(file))?.[1] ?? "";
      expect(existsSync(resolve(folder, dirname(file), schema))).toBe(true);
    }
    expect(loadApp({ path: join(folder, "llm-chaos.yaml"), env: {} }).app).toMatchObject({
      start: "npm run dev",
      url: "http://127.0.0.1:5173",
      upstream: "stub",
      frontDoor: { path: "/chat", bodies: ['{"message": "Summarise ticket {{n}}"}'] },
    });
  });

  it("takes the answers, whatever they contain", () => {
    const answers = {
      start: 'node "my app.js" # not a comment',
      url: "http://127.0.0.1:9/base",
      ready: "/ready: yes",
      path: "/ask?x={1}",
      body: `{"it's": "a \\"body\\""}`,
      stream: "sse",
      upstream: "https://llm.example.test/v1",
      model: "vendor/model: {x}",
    } as const;
    initProject({ folder, answers });
    const { app } = loadApp({ path: join(folder, "llm-chaos.yaml"), env: {} });
    expect(app).toMatchObject({
      start: answers.start,
      url: answers.url,
      ready: answers.ready,
      upstream: answers.upstream,
      frontDoor: { path: answers.path, bodies: [answers.body], answer: { stream: "sse" } },
    });
    const { scenario } = loadScenario({ path: join(folder, "scenarios/first-storm.yaml"), env: {} });
    expect(scenario.phases[1]?.faults[0]?.where).toEqual({ model: answers.model });
  });

  it("names the schema of the copy in the project", () => {
    mkdirSync(join(folder, "node_modules/llm-chaos/schema"), { recursive: true });
    initProject({ folder });
    expect(read("llm-chaos.yaml")).toContain("$schema=./node_modules/llm-chaos/schema/app.schema.json\n");
    expect(read("scenarios/first-storm.yaml")).toContain(
      "$schema=../node_modules/llm-chaos/schema/scenario.schema.json\n",
    );
  });

  it("never overwrites", () => {
    put("llm-chaos.yaml", "mine");
    expect(initProject({ folder })).toMatchObject({
      written: [join("scenarios", "first-storm.yaml")],
      kept: ["llm-chaos.yaml"],
    });
    expect(read("llm-chaos.yaml")).toBe("mine");
    expect(initProject({ folder }).written).toEqual([]);
  });

  it("does not write through a link, and says why it could not write", () => {
    symlinkSync(join(folder, "elsewhere"), join(folder, "llm-chaos.yaml"));
    expect(() => initProject({ folder })).toThrow(/llm-chaos\.yaml cannot be written/);
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
    rmSync(join(folder, "llm-chaos.yaml"));
    put("scenarios", "a file");
    expect(() => initProject({ folder })).toThrow(UserError);
    expect(() => initProject({ folder: join(folder, "none") })).toThrow(/is not a folder/);
  });
});
