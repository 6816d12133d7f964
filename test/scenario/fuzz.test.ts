// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of the scenario language
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { loadApp } from "../../src/scenario/app-file.ts";
import { parseFaultLine } from "../../src/scenario/fault-line.ts";
import { load, REGISTRY } from "../support/scenario.ts";

const VALID = `name: x
limits: [{ tier: openai/tier-1, model: gpt-4o }]
phases:
  - name: a
    lasts: 1s
    faults:
      - truncate: { after: { tokens: 8 } }
        where: { model: "gpt-*", header: { a: b } }
        chance: 5%
load: { ramp: { from: 1, to: 4 } }
abort_when: { error_rate: { over: 5%, for: 1s, in: a } }
expect:
  - no_hang: { within: 2s, in: [a] }
runbook: { owner: "@x" }
`;

/** A valid file with a few pieces replaced by what breaks YAML or a schema. */
const broken = fc
  .array(
    fc.tuple(
      fc.nat(VALID.length),
      fc.nat(6),
      fc.constantFrom(
        "",
        "{",
        "}",
        "[",
        "]",
        ":",
        "- ",
        "null",
        "\n",
        "\t",
        "*a",
        "&a",
        "!t ",
        "'",
        '"',
        "${X}",
        "${",
        "7",
        "---\n",
        "<<",
        "#",
        "|",
        "\u0000",
        "\uFEFF",
        "ä",
      ),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((changes) => changes.reduce((text, [at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut), VALID));

/** Returns, or throws what users may see, with every place inside the text. */
function behaves(action: () => unknown, text: string): void {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    const lines = text.split("\n").length;
    for (const { line, column, message } of (
      error as { problems?: { line: number; column: number; message: string }[] }
    ).problems ?? []) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(message).not.toBe("");
    }
  }
}

describe("whatever the text, there is a result or problems at places inside it", () => {
  it("in a scenario", () => {
    fc.assert(
      fc.property(broken, (text) => behaves(() => load(text), text)),
      { numRuns: 300 },
    );
  });

  it("in an app file", () => {
    fc.assert(
      fc.property(broken, (text) => behaves(() => loadApp({ text, env: {} }), text)),
      { numRuns: 150 },
    );
  });

  it("in a fault line", () => {
    const { faults } = REGISTRY;
    fc.assert(
      fc.property(fc.oneof(fc.string(), broken), (text) => behaves(() => parseFaultLine(text, { faults }), text)),
      { numRuns: 300 },
    );
  });

  it("in a fault from the control channel", () => {
    const { faults } = REGISTRY;
    fc.assert(
      fc.property(fc.object(), (fault) => behaves(() => parseFaultLine(fault, { faults }), "x")),
      {
        numRuns: 200,
      },
    );
  });
});
