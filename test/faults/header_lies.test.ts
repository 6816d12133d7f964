import { expect, it } from "vitest";
import { headerLies } from "../../src/faults/header_lies.ts";
import { plan } from "../support/playbook.ts";

it("plans what goes and what is said instead", () => {
  const params = { set: { "x-ratelimit-remaining-tokens": -1, "retry-after": "soon" }, drop: ["x-ratelimit-reset-*"] };
  expect(plan(headerLies, params)).toEqual([
    {
      do: "rewrite-head",
      drop: ["x-ratelimit-reset-*"],
      set: ["x-ratelimit-remaining-tokens", "-1", "retry-after", "soon"],
    },
  ]);
  expect(headerLies.explain(headerLies.params.parse(params))).toBe(
    "the reply's headers are changed: without x-ratelimit-reset-*, x-ratelimit-remaining-tokens: -1, retry-after: soon",
  );
});

it.each([
  {},
  { drop: ["content-length"] },
  { drop: ["*"] },
  { set: { "Content-Type": "text/html" } },
  { set: { "two words": "1" } },
  { set: { a: "1\r\nb: 2" } },
  { set: { a: "é" } },
])("refuses %j", (params) => {
  expect(headerLies.params.safeParse(params).success).toBe(false);
});
