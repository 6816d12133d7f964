import type { Dimension, LimitSpec } from "../core/limits.ts";
import { DIMENSIONS } from "../core/limits.ts";
import type { AbortCondition, ExpectationSpec, FaultRule, Load, Phase, Scenario, Where } from "../core/scenario.ts";
import { keepWritten, keepWrittenTexts } from "./keep-written.ts";
import { isMapValue, listOf } from "./normalise.ts";
import type { Tiers } from "./registry.ts";
import { EXPECT_KEYS, RULE_KEYS } from "./rule-schema.ts";
import { DEFAULT_SEED, type ScenarioFile } from "./scenario-schema.ts";

/** Three views of one valid file. */
export interface Views {
  /** Checked, in milliseconds and shares, placeholders filled. */
  parsed: ScenarioFile;
  /** As written, with the values filled in. */
  filled: unknown;
  /** What texts and parameters are taken from: as written, or filled. */
  shown: unknown;
}

export function buildScenario(views: Views, tiers: Tiers, seed: number | undefined): Scenario {
  const { parsed, shown } = views;
  const file = isMapValue(shown) ? shown : {};
  const text = (key: "summary" | "hypothesis") => String(keepWritten(parsed[key] ?? "", file[key]));
  return {
    // Part of file names, so its placeholders are filled, like those of the phases' names.
    name: parsed.name,
    summary: text("summary"),
    hypothesis: text("hypothesis"),
    seed: seed ?? parsed.seed ?? DEFAULT_SEED,
    limits: (parsed.limits ?? []).flatMap((row, index) => buildLimit(row, index, tiers)),
    clockScale: parsed.clock_scale ?? 1,
    announce: parsed.announce ?? "real",
    ...(parsed.settle !== undefined && { settle: parsed.settle }),
    phases: buildPhases(parsed, listOf(file["phases"])),
    load: buildLoad(parsed.load),
    abortWhen: buildAbort(parsed.abort_when),
    expect: (parsed.expect ?? []).map((entry, index) => {
      const filled = isMapValue(views.filled) ? listOf(views.filled["expect"])[index] : undefined;
      return buildExpectation(entry, filled, listOf(file["expect"])[index]);
    }),
    runbook: keepWrittenTexts(parsed.runbook ?? {}, file["runbook"]),
  };
}

type LimitRow = NonNullable<ScenarioFile["limits"]>[number];

function buildLimit(row: LimitRow, index: number, tiers: Tiers): LimitSpec[] {
  const { tier, model, provider, output, per = "key+model" } = row;
  const overrides = ownNumbers(row);
  const own = { ...(provider !== undefined && { provider }), ...(output !== undefined && { output }) };
  if (tier !== undefined) {
    const specs = tiers.specs(tier, { ...(model !== undefined && { model }), per, overrides }) ?? [];
    return specs.map((spec) => ({ ...spec, ...own }));
  }
  const label = `limits ${index + 1}${model === undefined ? "" : ` ${model}`}`;
  return [
    {
      label,
      per,
      limits: overrides,
      ...own,
      ...(model !== undefined && { model }),
    },
  ];
}

function ownNumbers(row: LimitRow): Partial<Record<Dimension, number>> {
  const numbers = row as Partial<Record<Dimension, number>>;
  return Object.fromEntries(
    DIMENSIONS.flatMap((dimension) => (numbers[dimension] === undefined ? [] : [[dimension, numbers[dimension]]])),
  );
}

function buildPhases(parsed: ScenarioFile, shown: readonly unknown[]): Phase[] {
  if (parsed.phases === undefined) return [{ name: "ramp", lastsMs: undefined, faults: [] }];
  return parsed.phases.map(({ name, lasts, faults = [] }, index) => {
    const phase = shown[index];
    const rules = isMapValue(phase) ? listOf(phase["faults"]) : [];
    return {
      name,
      lastsMs: lasts,
      faults: faults.map((rule, n) => buildRule(rule, rules[n], `${name}/${n + 1}`)),
    };
  });
}

interface ParsedRule {
  where?: object | undefined;
  chance?: number | undefined;
  at_most?: number | undefined;
}

export function buildRule(parsed: ParsedRule, shown: unknown, id: string): FaultRule {
  const rule = isMapValue(shown) ? shown : {};
  const fault = Object.keys(rule).find((key) => !RULE_KEYS.includes(key)) ?? "";
  return {
    id,
    fault,
    params: rule[fault],
    where: keepWritten(parsed.where ?? {}, rule["where"]) as Where,
    chance: parsed.chance ?? 1,
    atMost: parsed.at_most,
  };
}

function buildLoad(load: ScenarioFile["load"]): Load | undefined {
  if (load?.concurrency !== undefined) return { kind: "closed", concurrency: load.concurrency };
  if (load?.rate !== undefined) return { kind: "open", perSecond: load.rate };
  if (load?.ramp === undefined) return undefined;
  const { from, to, factor = 1.5, hold = 15_000, settle = 3_000, repeats = 1, start = "at_wall", search } = load.ramp;
  return { kind: "ramp", from, to, factor, holdMs: hold, settleMs: settle, repeats, start, ...(search && { search }) };
}

function buildAbort(abort: ScenarioFile["abort_when"]): AbortCondition | undefined {
  if (abort === undefined) return undefined;
  const { over, for: forMs, in: phase } = abort.error_rate;
  return { errorRateOver: over, forMs, phase };
}

type ParsedExpectation = NonNullable<ScenarioFile["expect"]>[number];

/** The judge has only the event log: measures such as `5s` are stored filled in, other texts keep their placeholder. */
function buildExpectation(parsed: ParsedExpectation, filled: unknown, shown: unknown): ExpectationSpec {
  const entry = isMapValue(shown) ? shown : {};
  const values = isMapValue(filled) ? filled : {};
  const name = Object.keys(entry).find((key) => !EXPECT_KEYS.includes(key)) ?? "";
  return {
    name,
    params: keepMeasures(entry[name], values[name]),
    in: typeof parsed.in === "string" ? [parsed.in] : parsed.in,
    where: parsed.where as Where | undefined,
    ifUnseen: parsed.if_unseen ?? "inconclusive",
  };
}

const MEASURE = /^[\d_.]{1,12}(?:ms|s|m|h|d|%|x)?$/;

function keepMeasures(shown: unknown, filled: unknown): unknown {
  if (typeof filled === "string") return MEASURE.test(filled) ? filled : shown;
  if (Array.isArray(shown) && Array.isArray(filled)) return shown.map((item, i) => keepMeasures(item, filled[i]));
  if (!isMapValue(shown) || !isMapValue(filled)) return shown;
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, keepMeasures(value, filled[key])]));
}
