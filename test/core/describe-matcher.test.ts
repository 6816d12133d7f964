import { expect, test } from "vitest";
import { describeMatcher } from "../../src/core/describe-matcher.ts";

test("a matcher in words has all its parts", () => {
  const matcher = {
    status: [429, 503],
    header: { "x-model": "*mini*" },
    json: { path: "$.busy", equals: true },
    event: "refused",
    text: "*later*",
  };
  expect(describeMatcher(matcher)).toBe(
    "status 429 or 503 and header x-model: *mini* and $.busy is true and event refused and text *later*",
  );
  expect(describeMatcher({ json: { path: "$.error" } })).toBe("$.error is there");
});
