import type { AppFile } from "../core/app.ts";
import type { RefusalDimension } from "../core/limits.ts";
import { windowMs } from "../core/limits.ts";
import { rampMs } from "../core/ramp.ts";
import type { FaultRule, Phase, Scenario } from "../core/scenario.ts";
import { formatDuration, parseDuration } from "../core/units.ts";
import type { YamlFile } from "./document.ts";
import { globsOverlap } from "./globs-overlap.ts";
import { isMapValue } from "./normalise.ts";
import type { Path } from "./places.ts";
import type { Registry } from "./registry.ts";
import { shadowOf } from "./shadowed.ts";

interface Around {
  app: AppFile | undefined;
  registry: Registry;
}

/** What is valid and yet cannot mean what it says. Never an error. */
export function warnScenario(document: YamlFile, scenario: Scenario, around: Around): void {
  const warn = (path: Path, message: string, hint?: string) => {
    document.problems.add(document.places.valueAt(path), message, { hint, severity: "warning" });
  };
  scenario.phases.forEach((phase, index) => {
    phase.faults.forEach((rule, n) => {
      const path = ["phases", index, "faults", n];
      for (const [inner, message, hint] of warningsOfRule(rule, phase, around))
        warn([...path, ...inner], message, hint);
      const shadow = shadowOf(rule, phase.faults, around.registry.faults);
      if (shadow === undefined) return;
      const message = `this rule (${rule.fault}) can never act: ${shadow.id} (${shadow.fault}) ends every call it would meet`;
      warn(
        path,
        message,
        "the first rule that ends a call wins; put the narrower rule first, or give the other a chance",
      );
    });
  });
  for (const [path, message, hint] of [
    ...warningsOfDeadline(scenario, around.app),
    ...warningsOfAbort(scenario),
    ...warningsOfRamp(scenario),
    ...warningsOfClockScale(scenario),
  ]) {
    warn(path, message, hint);
  }
}

type Warning = readonly [path: Path, message: string, hint?: string];

function* warningsOfRule(rule: FaultRule, phase: Phase, { app, registry }: Around): Generator<Warning> {
  const params = isMapValue(rule.params) ? rule.params : {};
  const lasts = fixedMs(params["lasts"]);
  if (lasts !== undefined && phase.lastsMs !== undefined && lasts >= phase.lastsMs) {
    yield [
      [rule.fault, "lasts"],
      `${rule.fault} lasts ${formatDuration(lasts)}, not shorter than its phase (${formatDuration(phase.lastsMs)})`,
      "nothing that comes after it is seen in this phase",
    ];
  }
  const wait = fixedMs(params["retry_after"]);
  const checked = registry.faults.get(rule.fault)?.params.safeParse(params).data;
  const dimension = isMapValue(checked) ? checked["dimension"] : undefined;
  const window = typeof dimension === "string" ? windowMs(dimension as RefusalDimension) : undefined;
  if (wait !== undefined && window !== undefined && wait > window) {
    yield [
      [rule.fault, "retry_after"],
      `no provider announces ${formatDuration(wait)} for ${dimension}: its window is ${formatDuration(window)}`,
    ];
  }
  const fallback = fallbackPattern(app);
  if (fallback !== undefined && registry.faults.get(rule.fault)?.final && covers(rule.where.model, fallback)) {
    yield [
      rule.where.model === undefined ? [rule.fault] : ["where", "model"],
      `this fault also meets the model the app falls back to (${fallback})`,
      "name the first model exactly in where: { model: … }",
    ];
  }
}

/** The declared fallback shows itself by a header that names the model. */
function fallbackPattern(app: AppFile | undefined): string | undefined {
  const headers = Object.entries(app?.frontDoor?.fallbackWhen?.header ?? {});
  return headers.find(([name]) => name.toLowerCase().includes("model"))?.[1];
}

function covers(model: string | undefined, fallback: string): boolean {
  return model === undefined || globsOverlap(model, fallback);
}

/** Expectations about how long one front-door call may take: past the deadline a call counts as hung and is not waited for. */
const ABOUT_ONE_CALL = new Set(["no_hang"]);

function* warningsOfDeadline({ expect }: Scenario, app: AppFile | undefined): Generator<Warning> {
  const deadline = app?.frontDoor?.deadlineMs;
  for (const [index, { name, params }] of expect.entries()) {
    const within = isMapValue(params) ? fixedMs(params["within"]) : undefined;
    if (deadline === undefined || within === undefined || !ABOUT_ONE_CALL.has(name) || deadline >= within) continue;
    const message = `the app's deadline (${formatDuration(deadline)}) is below ${formatDuration(within)}`;
    yield [
      ["expect", index, name, "within"],
      message,
      "a call counts as hung at the deadline; raise front_door.deadline",
    ];
  }
}

function* warningsOfAbort({ abortWhen, phases }: Scenario): Generator<Warning> {
  const lasts = phases.find(({ name }) => name === abortWhen?.phase)?.lastsMs;
  if (abortWhen === undefined || lasts === undefined || abortWhen.forMs < lasts) return;
  const message = `for ${formatDuration(abortWhen.forMs)} is not shorter than its phase (${formatDuration(lasts)})`;
  yield [["abort_when", "error_rate", "for"], message, "it can never be reached"];
}

function* warningsOfRamp({ load, phases }: Scenario): Generator<Warning> {
  if (load?.kind !== "ramp") return;
  const lasts = phases.reduce((sum, phase) => sum + (phase.lastsMs ?? Number.POSITIVE_INFINITY), 0);
  const needed = rampMs(load);
  if (lasts >= needed) return;
  const message = `the ramp needs ${formatDuration(needed)}, and the phases end after ${formatDuration(lasts)}`;
  yield [["load", "ramp"], message, "leave out lasts in the last phase, and it lasts as long as the ramp"];
}

function* warningsOfClockScale({ clockScale, limits }: Scenario): Generator<Warning> {
  if (clockScale === 1 || limits.some(({ limits: own }) => own.rpd !== undefined || own.tpd !== undefined)) return;
  yield [["clock_scale"], "clock_scale speeds up day buckets only, and no limit here counts by the day"];
}

function fixedMs(value: unknown): number | undefined {
  return typeof value === "string" ? parseDuration(value) : undefined;
}
