import { describe, expect, it } from "vitest";
import { InvalidFileError } from "../../src/core/errors.ts";
import { parseStubProfile } from "../../src/upstreams/index.ts";
import { behaviourFor } from "../../src/upstreams/stub/profile.ts";

function problems(text: string): string[] {
  try {
    parseStubProfile(text, "stub.yaml");
  } catch (error) {
    if (error instanceof InvalidFileError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("stub profile", () => {
  it("takes every default from an empty file", () => {
    expect(parseStubProfile("", "stub.yaml")).toEqual({
      ttft: { kind: "lognormal", medianMs: 200, sigma: 0.3 },
      interToken: { kind: "lognormal", medianMs: 20, sigma: 0.3 },
      outputTokens: { kind: "lognormal", medianMs: 30, sigma: 0.3 },
      toolCalls: 0.5,
      errors: {},
      models: {},
      capacity: { concurrency: 64, queue: 256 },
    });
  });

  it("reads what is given", () => {
    const text = "ttft: { uniform: [100ms, 1s] }\noutput_tokens: { uniform: [20, 1_000] }\ncapacity: { queue: 0 }";
    expect(parseStubProfile(text, "stub.yaml")).toMatchObject({
      ttft: { kind: "uniform", minMs: 100, maxMs: 1_000 },
      outputTokens: { kind: "uniform", minMs: 20, maxMs: 1_000 },
      capacity: { concurrency: 64, queue: 0 },
    });
  });

  it("reads one model's own, the rest as for all, and errors", () => {
    const text = [
      "tool_calls: 10%",
      "errors: { overloaded: 1% }",
      "models:",
      '  "gpt-*": { ttft: 2s, output_tokens: { empirical: [3, 5] } }',
      "  gpt-4o: { errors: { timeout: 50% } }",
    ].join("\n");
    const profile = parseStubProfile(text, "stub.yaml");
    expect(behaviourFor(profile, "gpt-5")).toMatchObject({
      ttft: { kind: "fixed", ms: 2_000 },
      outputTokens: { kind: "empirical", valuesMs: [3, 5] },
      toolCalls: 0.1,
      errors: { overloaded: 0.01 },
    });
    expect(behaviourFor(profile, "gpt-4o"), "exact before pattern").toMatchObject({ errors: { timeout: 0.5 } });
    expect(behaviourFor(profile, "other")).toMatchObject({ ttft: { kind: "lognormal" }, errors: { overloaded: 0.01 } });
    expect(problems("models: { m: { tft: 2s, errors: { overload: 1% } } }")).toEqual([
      'stub.yaml:1:16: error: "tft" is not known here (did you mean "ttft"?)',
      'stub.yaml:1:35: error: "overload" is not known here (did you mean "overloaded"?)',
    ]);
  });

  it("tells all problems at once, each with its place", () => {
    const text = [
      "ttf: 2s",
      "ttft: 5",
      "output_tokens: { uniform: [1, x] }",
      "tool_calls: 300%",
      "inter_token: { lognormal: { median: 5ms } }",
      "capacity:",
      "  concurency: 3",
      "  queue: -1",
    ].join("\n");
    expect(problems(text)).toEqual([
      'stub.yaml:1:1: error: "ttf" is not known here (did you mean "ttft"?)',
      'stub.yaml:2:7: error: ttft: "5" is not a duration; write it with a unit, such as 250ms, 2s or 5m',
      'stub.yaml:3:31: error: output_tokens.uniform.1: "x" is not a whole number',
      "stub.yaml:4:13: error: tool_calls: must be at most 100%",
      "stub.yaml:5:27: error: inter_token.lognormal.sigma: is missing",
      'stub.yaml:7:3: error: "concurency" is not known here (did you mean "concurrency"?)',
      'stub.yaml:8:10: error: capacity.queue: "-1" is not a whole number',
    ]);
  });

  it.each([
    ["a spread that does not exist", "ttft: { normale: 3 }", "1:7: error: ttft: is not a duration or a spread"],
    ["broken YAML", "capacity: { queue: 1", "error:"],
    ["an unknown alias", "ttft: *x", "error: Unresolved alias"],
    ["a list", "- 1", "1:1: error:"],
    ["two documents", "ttft: 1s\n---\nttft: 2s", "error:"],
    ["an alias bomb", `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}*a]\nc: [${"*b,".repeat(9)}*b]`, "error:"],
  ])("answers %s with a problem, never with a stack", (_name, text, expected) => {
    expect(problems(text).join("\n")).toContain(expected);
  });
});
