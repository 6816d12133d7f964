import type { Path, Places } from "./places.ts";
import { EXPECT_KEYS, RULE_KEYS } from "./rule-schema.ts";

type Map = Readonly<Record<string, unknown>>;

export function isMapValue(value: unknown): value is Map {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * Brings the short ways of writing to one shape: `- hang`, `- hang:` and `- hang: {}` are the same, and so are `in`,
 * `where` and `if_unseen` inside an expectation's parameters and beside its name.
 */
export function normaliseScenario(value: unknown, places: Places): unknown {
  if (!isMapValue(value)) return value;
  const { phases, expect } = value;
  return {
    ...value,
    ...(Array.isArray(phases) && { phases: phases.map(normalisePhase) }),
    ...(Array.isArray(expect) && { expect: expect.map((entry, i) => normaliseExpect(entry, ["expect", i], places)) }),
  };
}

function normalisePhase(phase: unknown): unknown {
  if (!isMapValue(phase) || !Array.isArray(phase["faults"])) return phase;
  return { ...phase, faults: phase["faults"].map(normaliseRule) };
}

export function normaliseRule(rule: unknown): unknown {
  return withParameters(rule, RULE_KEYS);
}

function normaliseExpect(entry: unknown, path: Path, places: Places): unknown {
  const whole = withParameters(entry, EXPECT_KEYS);
  if (!isMapValue(whole)) return whole;
  const lifted: Record<string, unknown> = { ...whole };
  for (const [name, params] of Object.entries(whole)) {
    if (EXPECT_KEYS.includes(name) || !isMapValue(params)) continue;
    const kept: Record<string, unknown> = { ...params };
    for (const key of EXPECT_KEYS) {
      // Given twice: the inner one stays and is reported as unknown there.
      if (!Object.hasOwn(kept, key) || Object.hasOwn(lifted, key)) continue;
      lifted[key] = kept[key];
      delete kept[key];
      places.alias([...path, key], [...path, name, key]);
    }
    lifted[name] = kept;
  }
  return lifted;
}

function withParameters(entry: unknown, options: readonly string[]): unknown {
  if (typeof entry === "string") return { [entry]: {} };
  if (!isMapValue(entry)) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, value === null && !options.includes(key) ? {} : value]),
  );
}
