import { z } from "zod";
import { distribution } from "../../src/core/distribution.ts";
import { formatProblem, InvalidFileError, type Problem } from "../../src/core/errors.ts";
import type { Expectation } from "../../src/core/expectation.ts";
import type { CallFacts, Fault } from "../../src/core/fault.ts";
import { duration, position, share } from "../../src/core/schema.ts";
import { type LoadOptions, loadScenario } from "../../src/scenario/load.ts";
import type { Registry } from "../../src/scenario/registry.ts";

function fault(name: string, kind: Pick<Fault, "acts" | "final">, params: z.ZodType): [string, Fault] {
  return [
    name,
    {
      name,
      summary: `Fake ${name}`,
      ...kind,
      params,
      plan: () => [],
      explain: (given) => `${name} ${JSON.stringify(given)}`,
    },
  ];
}

function expectation(name: string, params: z.ZodType): [string, Expectation] {
  const check = () => ({ verdict: "pass" as const, summary: "", evidence: [] });
  const explain = (given: unknown) => `${name} ${JSON.stringify(given)}`;
  return [name, { name, summary: `Fake ${name}`, needsFrontDoor: false, params, explain, check }];
}

/** A small set of words, so that these tests do not depend on what is shipped. */
export const REGISTRY: Registry = {
  faults: new Map([
    fault(
      "rate_limit",
      { acts: "call", final: true },
      z.strictObject({
        dimension: z.enum(["rpm", "tpm", "rpd"]).default("tpm"),
        retry_after: distribution().optional(),
      }),
    ),
    fault("hang", { acts: "call", final: true }, z.strictObject({ lasts: distribution().optional() })),
    fault("latency", { acts: "call", final: false }, z.strictObject({ add: distribution() })),
    fault(
      "stall",
      { acts: "stream", final: false },
      z.strictObject({ after: position().optional(), lasts: distribution().optional() }),
    ),
    fault("truncate", { acts: "stream", final: false }, z.strictObject({ after: position() })),
  ]),
  expectations: new Map([
    expectation("retry_amplification", z.strictObject({ at_most: z.number() })),
    expectation("no_hang", z.strictObject({ within: duration() })),
    expectation("recovers", z.strictObject({ to: share().optional(), within: duration().optional() })),
    expectation("truncation_noticed", z.strictObject({})),
  ]),
  tiers: {
    list: () => [{ name: "openai/tier-1", models: ["gpt-4o", "gpt-4o-mini"] }],
    specs: (name, { model, per = "key+model", overrides = {} }) =>
      name === "openai/tier-1"
        ? [
            {
              label: `${name} ${model}`,
              per,
              limits: { rpm: 500, tpm: 30_000, ...overrides },
              date: "2026-09-24",
              ...(model && { model }),
            },
          ]
        : undefined,
  },
};

type Rest = Partial<Omit<LoadOptions, "text">>;

export function load(text: string, rest: Rest = {}) {
  return loadScenario({ text, path: "s.yaml", env: {}, registry: REGISTRY, ...rest });
}

/** The problems of a text as users see them. */
export function problemsOf(text: string, rest: Rest = {}): string[] {
  return caught(() => load(text, rest)).map(formatProblem);
}

export function caught(action: () => { warnings: Problem[] } | unknown): readonly Problem[] {
  try {
    const result = action();
    return (result as { warnings?: Problem[] }).warnings ?? [];
  } catch (error) {
    if (error instanceof InvalidFileError) return error.problems;
    throw error;
  }
}

export function facts(overrides: Partial<CallFacts["call"]> = {}, rest: Partial<CallFacts> = {}): CallFacts {
  return {
    call: {
      dialect: "openai-chat",
      provider: "openai",
      model: "gpt-4o",
      stream: true,
      usageInStream: false,
      tools: false,
      inputTokens: 100,
      maxOutputTokens: undefined,
      choices: 1,
      lastUserText: "hello",
      body: {},
      ...overrides,
    },
    path: "/v1/chat/completions",
    keyHash: "abcdef01",
    header: () => undefined,
    id: "c1",
    joined: undefined,
    ...rest,
  };
}
