import { expect, it } from "vitest";
import type { Where } from "../../src/core/scenario.ts";
import { globsOverlap } from "../../src/scenario/globs-overlap.ts";
import { matches } from "../../src/scenario/match.ts";
import { facts } from "../support/scenario.ts";

const call = facts(
  { inputTokens: 500, tools: true },
  { path: "/v1/chat/completions?x=1", header: (name) => (name.toLowerCase() === "x-team" ? "blue-1" : undefined) },
);

it.each<[Where, boolean]>([
  [{}, true],
  [{ provider: "openai" }, true],
  [{ provider: "anthropic" }, false],
  [{ model: "gpt-4o" }, true],
  [{ model: "gpt-4o-mini" }, false],
  [{ model: "gpt-4" }, false],
  [{ model: "gpt-*" }, true],
  [{ path: "*/chat/*" }, true],
  [{ path: "/v1/chat/completions" }, true],
  [{ stream: true, tools: true }, true],
  [{ stream: false }, false],
  [{ key: "abcd" }, true],
  [{ key: "abce" }, false],
  [{ header: { "X-Team": "blue-*" } }, true],
  [{ header: { "x-team": "red" } }, false],
  [{ header: { "x-other": "*" } }, false],
  [{ min_input_tokens: 500 }, true],
  [{ min_input_tokens: 501 }, false],
  [{ model: "gpt-4o", stream: false }, false],
])("where %j: %s", (where, expected) => {
  expect(matches(where, call)).toBe(expected);
});

it.each([
  ["gpt-4o", "*mini*", false],
  ["gpt-4o-mini", "*mini*", true],
  ["gpt-*", "*mini*", true],
  ["gpt-*", "claude-*", false],
  ["*", "", true],
  ["a*b", "a*c", false],
  ["a*c", "*b*", true],
  ["", "a", false],
])("patterns %s and %s overlap: %s", (a, b, expected) => {
  expect(globsOverlap(a, b)).toBe(expected);
  expect(globsOverlap(b, a)).toBe(expected);
});
