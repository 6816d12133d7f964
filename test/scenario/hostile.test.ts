import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { loadApp } from "../../src/scenario/app-file.ts";
import { readYaml } from "../../src/scenario/document.ts";
import { validateFile } from "../../src/scenario/validate.ts";
import { caught, load, problemsOf, REGISTRY } from "../support/scenario.ts";

const folder = mkdtempSync(join(tmpdir(), "llm-chaos-scenario-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PHASES = "phases: [{ name: a, lasts: 1s }]\n";

describe("hostile YAML becomes a problem, never a stack trace", () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghij"].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghij"[i]}`).join(",")}]`).join("\n")}\n`;
  it.each([
    ["a bomb of aliases", bomb, /2:8: error: aliases \(\*a\) are not supported/],
    ["an alias to nothing", `name: *nope\n${PHASES}`, /1:7: error: aliases \(\*nope\) are not supported/],
    ["a merge", `name: x\n${PHASES}load: { <<: { concurrency: 1 } }`, /3:9: error: merges \(<<\) are not supported/],
    ["a tag", `name: !!js/function x\n${PHASES}`, /1:\d+: error: tags \(!!js\/function\) are not supported/],
    ["a tag of its own", `name: !secret x\n${PHASES}`, /1:\d+: error: tags \(!secret\) are not supported/],
    [
      "tabs",
      `name: x\nphases:\n\t- name: a\n\t  lasts: 1s\n`,
      /3:1: error: tabs are not allowed as indentation \(use spaces\)/,
    ],
    ["a key given twice", `name: x\nseed: 1\nseed: 2\n${PHASES}`, /3:1: error: "seed" stands here twice/],
    ["a number as a key", `name: x\n429: y\n${PHASES}`, /2:1: error: a key must be a text, not 429/],
    ["a list as a key", `name: x\n? [a, b]\n: y\n${PHASES}`, /2:3: error: a key must be a text, not \[a, b\]/],
    [
      "the prototype as a key",
      `name: x\n${PHASES}runbook: { __proto__: { owner: x } }`,
      /3:12: error: a key must be a text/,
    ],
    ["two documents", `name: x\n${PHASES}---\nname: y\n`, /3:1: error: a second document starts here/],
    ["an older YAML", `%YAML 1.1\n---\nname: x\n${PHASES}`, /1:1: error: YAML 1.1 is not supported/],
    ["deep nesting", `name: ${"[".repeat(5_000)}`, /nested/],
    [
      "nesting that the parser still takes",
      `name: ${"[".repeat(200)}${"]".repeat(200)}`,
      /nested more than 32 levels deep/,
    ],
    ["an open quote", `name: "x\n${PHASES}`, /error: not valid YAML/],
    ["an open brace", "name: x\nphases: [{ name: a\nseed: 1", /error: not valid YAML/],
    ["no map", "- a\n- b\n", /1:1: error: the file must be a map, not a list/],
    ["nothing", "# only a comment\n", /error: the file must be a map, not nothing/],
    ["a way out in the name", `name: ../../etc\n${PHASES}`, /1:7: error: a name has letters/],
    ["a way out in a phase's name", "name: x\nphases: [{ name: ../a, lasts: 1s }]", /2:18: error: a name has letters/],
  ])("%s", (_name, text, expected) => {
    expect(problemsOf(text).join("\n")).toMatch(expected);
  });

  it("a file with 30,000 keys is read in bounded time and shows at most 100 problems", () => {
    const text = Array.from({ length: 30_000 }, (_, i) => `k${i}: 1`).join("\n");
    const started = performance.now();
    const problems = problemsOf(text);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(problems.length).toBeGreaterThan(1);
    expect(problems.length).toBeLessThanOrEqual(100);
  });

  it("more than 1 MiB is refused before it is read as YAML", () => {
    const path = join(folder, "large.yaml");
    writeFileSync(path, "x".repeat(1_048_577));
    expect(() => load("x".repeat(1_048_577))).toThrow(UserError);
    expect(validateFile(path, {}, REGISTRY)).toEqual([
      {
        file: path,
        line: 1,
        column: 1,
        message: expect.stringContaining("too large (1048577 bytes"),
        severity: "error",
      },
    ]);
  });

  it("what is no file or no text says so", () => {
    const binary = join(folder, "binary.yaml");
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00, 0x80]));
    expect(validateFile(binary, {}, REGISTRY)[0]?.message).toMatch(/is not UTF-8 text/);
    expect(validateFile(folder, {}, REGISTRY)[0]?.message).toMatch(/is not a file/);
    expect(validateFile(join(folder, "none.yaml"), {}, REGISTRY)[0]?.message).toMatch(/does not exist/);
  });

  it("any cut of a valid file gives problems or a scenario", () => {
    const text = `name: x\nlimits: [{ tier: openai/tier-1, model: gpt-4o }]\nphases:\n  - name: a\n    lasts: 1s\n    faults:\n      - truncate: { after: { tokens: 8 } }\n        where: { model: "gpt-*" }\nexpect:\n  - no_hang: { within: 2s }\n`;
    for (let length = 0; length <= text.length; length += 3) {
      expect(() => problemsOf(text.slice(0, length))).not.toThrow();
    }
  });
});

describe("bodies of the app file", () => {
  const app = (bodies: string) => {
    const path = join(folder, "llm-chaos.yaml");
    writeFileSync(path, `app: { url: "http://127.0.0.1:1", front_door: { path: /c, bodies: "${bodies}" } }\n`);
    return loadApp({ path, env: {} });
  };

  it("are read line by line, from the app file's folder", () => {
    writeFileSync(join(folder, "prompts.jsonl"), '{"message": "one {{n}}"}\n\n"plain text"\n');
    expect(app("prompts.jsonl").app.frontDoor?.bodies).toEqual(['{"message": "one {{n}}"}', "plain text"]);
  });

  it("never come from outside of it", () => {
    symlinkSync("/etc/hosts", join(folder, "link.jsonl"));
    const message = (bodies: string) => caught(() => app(bodies))[0]?.message;
    expect(message("../../etc/passwd")).toMatch(/is outside the folder of/);
    expect(message("/etc/passwd")).toMatch(/is outside the folder of/);
    expect(message("link.jsonl")).toMatch(/leads outside the folder of/);
    expect(message("none.jsonl")).toMatch(/does not exist/);
    writeFileSync(join(folder, "broken.jsonl"), "{}\n{\n");
    expect(message("broken.jsonl")).toBe("line 2 of broken.jsonl is not JSON");
  });
});

it("reading YAML alone never throws", () => {
  for (const text of [
    "\u0000",
    "\uFEFFname: x",
    "%TAG ! a\n---\n!x y",
    "a: !<",
    "- - - -",
    "? ",
    "&a",
    "*",
    "|",
    ">9",
    "{",
    "[}",
    "'",
    '"\\u12',
  ])
    expect(() => readYaml(text, "x")).not.toThrow();
});
