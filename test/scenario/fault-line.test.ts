import { describe, expect, it } from "vitest";
import { formatProblem } from "../../src/core/errors.ts";
import { parseFaultLine } from "../../src/scenario/fault-line.ts";
import { caught, REGISTRY } from "../support/scenario.ts";

const { faults } = REGISTRY;
const parse = (text: string | object) => parseFaultLine(text, { faults });
const problems = (text: string | object) => caught(() => parse(text)).map(formatProblem);

describe("one fault on the command line", () => {
  const rule = {
    id: "live-1",
    fault: "rate_limit",
    params: { dimension: "tpm", retry_after: "5s" },
    where: { model: "gpt-*" },
    chance: 0.5,
    atMost: 3,
  };

  it.each([
    [
      "as in a flow map",
      "rate_limit: { dimension: tpm, retry_after: 5s }, where: { model: gpt-* }, chance: 50%, at_most: 3",
    ],
    [
      "in braces",
      "{ rate_limit: { dimension: tpm, retry_after: 5s }, where: { model: gpt-* }, chance: 50%, at_most: 3 }",
    ],
    [
      "over several lines",
      "rate_limit:\n  dimension: tpm\n  retry_after: 5s\nwhere: { model: gpt-* }\nchance: 50%\nat_most: 3\n",
    ],
    [
      "as an object",
      { rate_limit: { dimension: "tpm", retry_after: "5s" }, where: { model: "gpt-*" }, chance: 0.5, at_most: 3 },
    ],
  ])("is read %s", (_how, text) => {
    expect(parse(text)).toEqual(rule);
  });

  it("may be a bare name", () => {
    expect(parse("hang")).toEqual({ id: "live-1", fault: "hang", params: {}, where: {}, chance: 1, atMost: undefined });
  });

  it("has its problems named by column", () => {
    expect(problems("rate_limt: { dimension: tpm }")).toEqual([
      '--fault:1:1: error: unknown fault "rate_limt" (did you mean rate_limit?)',
    ]);
    expect(problems("rate_limit: { dimension: tmp }, chance: 2")).toEqual([
      '--fault:1:26: error: dimension must be one of rpm, tpm, rpd, not "tmp" (did you mean tpm?)',
      "--fault:1:41: error: a chance is at most 100%",
    ]);
    expect(problems("{ hang: {}, rate_limit: {} }")[0]).toMatch(
      /^--fault:1:13: error: hang and rate_limit both end the call/,
    );
    expect(problems("hang, whre: { model: x }")).toEqual([
      '--fault:1:7: error: unknown key "whre" (did you mean where?)',
    ]);
    expect(problems({ hang: { lasts: 5 } })[0]).toMatch(/^--fault:1:\d+: error: "5" is not a duration/);
  });

  it.each([
    "",
    "[hang]",
    "'hang",
    "hang: *x",
    "{",
    "}",
    "]",
    "a: b: c",
    "- hang",
    "x".repeat(2_000_000),
  ])("refuses %.20j without a stack trace", (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
