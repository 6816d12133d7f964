import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/core/errors.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { caught } from "../support/scenario.ts";

// With the words that are shipped: scenarios that cannot work, or not as they are written.

const problems = (rules: string, rest = "", lasts = "9s") =>
  caught(() =>
    loadScenario({
      text: `name: x\nphases:\n  - name: storm\n    lasts: ${lasts}\n    faults:\n${rules}${rest}`,
      path: "s.yaml",
      env: {},
    }),
  ).map(formatProblem);

describe("refused when it is loaded, with the reason", () => {
  it.each([
    "truncate: { after: { tokens: 3 } }",
    "stall: { after: { tokens: 3 } }",
    "json_for_stream: {}",
    "bandwidth: { rate: 9 }",
  ])("%s where nothing streams", (fault) => {
    const [name] = fault.split(":");
    expect(problems(`      - ${fault}\n        where: { stream: false }\n`)).toEqual([
      `s.yaml:7:26: error: ${name} acts on streams, and where.stream false leaves none`,
    ]);
  });

  it("two final faults in one rule", () => {
    expect(problems("      - { rate_limit: { dimension: tpm }, hang: {} }\n").join()).toMatch(
      /s\.yaml:6:43: error: rate_limit and hang both end the call/,
    );
    expect(problems("      - { json_for_stream: {}, reset: {} }\n").join()).toMatch(
      /json_for_stream and reset both end/,
    );
  });

  it("a phase of 0 s, and one that does not exist", () => {
    expect(problems("      - hang\n", "", "0s").join()).toMatch(/s\.yaml:4:12: error: a phase of 0 s never happens/);
    const rest = [
      "expect:\n  - no_hang: { within: 5s, in: strom }\n",
      "expect:\n  - no_hang: { within: 5s, in: [storm, strom] }\n",
      "abort_when: { error_rate: { over: 50%, for: 5s, in: strom } }\n",
    ];
    for (const part of rest)
      expect(problems("      - latency: { add: 1s }\n", part).join()).toMatch(
        /error: there is no phase "strom" \(did you mean storm\?\)/,
      );
  });

  it("a rule for no call at all", () => {
    for (const where of ["first: 0", "nth: 0"])
      expect(problems(`      - hang: {}\n        where: { ${where} }\n`).join()).toMatch(/must be at least 1/);
    expect(problems("      - hang: {}\n        at_most: 0\n").join()).toMatch(/must be at least 1/);
  });
});

describe("warned about: a rule behind one that ends every call it would meet", () => {
  const two = (first: string, second: string) => problems(`      - { ${first} }\n      - { ${second} }\n`);
  const SHADOWED = /s\.yaml:7:9: warning: this rule \(\w+\) can never act: storm\/1 \(\w+\) ends every call/;

  it.each([
    ["hang: {}", "truncate: { after: { tokens: 3 } }"],
    ["bad_gateway: {}", "header_lies: { drop: [x-ratelimit-*] }"],
    ["hang: {}", "reset: {}, where: { model: a, stream: true }"],
    ['hang: {}, where: { model: "gpt-*" }', "reset: {}, where: { model: gpt-4o }"],
    ["json_for_stream: {}", "hang: {}, where: { stream: true }"],
    ["hang: {}, where: { header: { a: b } }", "reset: {}, where: { header: { a: b }, tools: true }"],
  ])("%s before %s", (first, second) => {
    expect(two(first, second).join()).toMatch(SHADOWED);
  });

  it.each([
    ["latency: { add: 1s }", "hang: {}"],
    ["hang: {}", "latency: { add: 1s }"],
    ["hang: {}, chance: 50%", "reset: {}"],
    ["hang: {}, at_most: 1", "reset: {}"],
    ["hang: {}, where: { first: 2 }", "reset: {}"],
    ["hang: {}, where: { model: a }", "reset: {}"],
    ["hang: {}, where: { model: a }", 'reset: {}, where: { model: "*" }'],
    ["hang: {}, where: { stream: true }", "reset: {}, where: { stream: false }"],
    ["json_for_stream: {}", "hang: {}"],
  ])("not %s before %s", (first, second) => {
    expect(two(first, second)).toEqual([]);
  });
});
