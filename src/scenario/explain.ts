import { DIMENSIONS } from "../core/limits.ts";
import { rampMs, rampSteps } from "../core/ramp.ts";
import type { Load, Phase, Scenario } from "../core/scenario.ts";
import { formatCount, formatDuration, formatShare } from "../core/units.ts";
import { explainRule, explainWhere } from "./explain-rule.ts";
import { type Registry, STANDARD } from "./registry.ts";

/** The scenario in plain sentences, for people who did not write it. One line each. */
export function explainScenario(scenario: Scenario, registry: Registry = STANDARD): string[] {
  return [
    `${scenario.name}${scenario.summary === "" ? "" : `: ${scenario.summary}`}`,
    ...(scenario.hypothesis === "" ? [] : [`Believed: ${scenario.hypothesis}`]),
    ...explainLimits(scenario),
    ...explainLoad(scenario.load),
    ...scenario.phases.flatMap((phase, index) => explainPhase(phase, index, registry)),
    ...explainAbort(scenario),
    ...explainExpectations(scenario, registry),
    `Seed ${scenario.seed}: the same seed makes the same decisions.`,
  ];
}

const OUTPUT_WORDS = {
  as_produced: ", output counted as it comes",
  reserved: ", output counted by the call's maximum until it is known",
} as const;

function explainLimits({ limits, clockScale, announce }: Scenario): string[] {
  const rows = limits.map(({ label, limits: numbers, per, output, date }) => {
    const walls = DIMENSIONS.flatMap((dimension) =>
      numbers[dimension] === undefined ? [] : [`${formatCount(numbers[dimension])} ${dimension}`],
    );
    const whose = { "key+model": "each key and model", key: "each key", all: "all calls together" }[per];
    return `Counted wall ${label}: ${walls.join(", ")} for ${whose}${output === undefined ? "" : OUTPUT_WORDS[output]}${date === undefined ? "" : ` (read ${date})`}.`;
  });
  if (clockScale === 1 || limits.length === 0) return rows;
  const says = announce === "virtual" ? ", and refusals announce the unscaled wait" : "";
  return [...rows, `Day limits refill ${formatCount(clockScale)} times as fast as in life${says}.`];
}

function explainLoad(load: Load | undefined): string[] {
  switch (load?.kind) {
    case undefined:
      return ["Nothing is driven: calls come from whoever uses the app."];
    case "closed":
      return [
        `The front door is called by ${load.concurrency === 1 ? "1 caller" : `${load.concurrency} callers`} without a pause.`,
      ];
    case "open":
      return [`The front door is called ${trim(load.perSecond)} times a second, whatever the app does.`];
    case "ramp": {
      const steps = rampSteps(load).join(", ");
      const again = load.repeats === 1 ? "" : `, ${load.repeats} times`;
      const search =
        load.search === undefined
          ? ""
          : " Then the interval in which shedding, fallback and breaking begin is halved, step by step, to 10 % or one caller.";
      const start = load.start === "at_wall" ? "drained to about one call" : "full";
      return [
        `The front door is called by ${steps} callers at once, each step for ${formatDuration(load.settleMs + load.holdMs)}${again} (about ${formatDuration(rampMs(load))}); counted buckets are ${start} when a step starts.${search}`,
      ];
    }
  }
}

function explainPhase({ name, lastsMs, faults }: Phase, index: number, registry: Registry): string[] {
  const lasts = lastsMs === undefined ? "until the ramp has ended" : `for ${formatDuration(lastsMs)}`;
  const head = `${index + 1}. ${name}, ${lasts}`;
  if (faults.length === 0) return [`${head}: no fault.`];
  return [`${head}:`, ...faults.map((rule) => `   ${explainRule(rule, registry.faults)}.`)];
}

function explainAbort({ abortWhen }: Scenario): string[] {
  if (abortWhen === undefined) return [];
  const where = abortWhen.phase === undefined ? "" : ` in ${abortWhen.phase}`;
  const share = formatShare(abortWhen.errorRateOver);
  return [
    `The run stops early when more than ${share} of the calls fail for ${formatDuration(abortWhen.forMs)}${where}.`,
  ];
}

function explainExpectations({ expect }: Scenario, registry: Registry): string[] {
  if (expect.length === 0) return ["Nothing is expected: the run ends without a verdict on the app."];
  return [
    "Expected:",
    ...expect.map(({ name, params, in: phases, where }) => {
      const expectation = registry.expectations.get(name);
      const parsed = expectation?.params.safeParse(params ?? {});
      const rule = expectation && parsed?.success ? expectation.explain(parsed.data) : JSON.stringify(params);
      const scope = phases === undefined ? "" : `, in ${phases.join(" and ")}`;
      const calls = where === undefined ? "" : `, for ${explainWhere(where)}`;
      return `   ${name}: ${rule}${scope}${calls}.`;
    }),
  ];
}

function trim(value: number): string {
  return String(Number(value.toFixed(2)));
}
