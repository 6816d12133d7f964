import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf, readSources, violations } from "../../scripts/import-rules.ts";

const root = join(import.meta.dirname, "../../src");

describe("import rules", () => {
  it("hold for the whole of src", () => {
    expect(violations(readSources(root))).toEqual([]);
  });

  it("see the files and their imports", () => {
    const files = readSources(root);
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(importsOf).length).toBeGreaterThan(files.length);
  });

  it.each([
    ["core reaching out", "core/x.ts", 'import { a } from "../proxy/server.ts";', "must not import proxy/server.ts"],
    ["a pure folder touching the disk", "faults/x.ts", 'import { readFileSync } from "node:fs";', "imports node:fs"],
    ["a pure folder reading the clock", "limits/x.ts", "export const t = () => Date.now();", "takes time or chance"],
    [
      "a fault importing its neighbour",
      "faults/x.ts",
      'import { stall } from "./stall.ts";',
      "must not import faults/stall.ts",
    ],
    [
      "a detour round a public face",
      "scenario/x.ts",
      'import { a } from "../limits/refill.ts";',
      "must not import limits/refill.ts",
    ],
    [
      "a dynamic import",
      "proxy/x.ts",
      'const a = await import("../faults/index.ts");',
      "must not import faults/index.ts",
    ],
    ["a folder without a rule", "misc/x.ts", "export {};", "has no import rule"],
  ])("catch %s", (_name, path, text, expected) => {
    expect(violations([{ path, text }]).join("\n")).toContain(expected);
  });

  it("catch a cycle", () => {
    const files = [
      { path: "core/a.ts", text: 'import "./b.ts";' },
      { path: "core/b.ts", text: 'import "./a.ts";' },
    ];
    expect(violations(files)).toEqual(["import cycle: core/a.ts → core/b.ts → core/a.ts"]);
  });

  it("let allowed imports, comments and strings in peace", () => {
    const text =
      '// import "../proxy/server.ts"\n/* from "../run/session.ts" */\nimport { a } from "../core/units.ts";\nexport const url = "http://x//y";';
    expect(violations([{ path: "faults/x.ts", text }])).toEqual([]);
  });
});
