import { didYouMean } from "../core/text.ts";
import { checkLimits } from "./check-limits.ts";
import type { YamlFile } from "./document.ts";
import { isMapValue, listOf } from "./normalise.ts";
import type { Path } from "./places.ts";
import type { Registry } from "./registry.ts";
import { EXPECT_KEYS, RULE_KEYS } from "./rule-schema.ts";

/** Names that the session itself gives to stretches of a run. */
const RESERVED_PHASES = ["startup", "drain", "live"];

/**
 * What the shape alone does not say. Works on the raw value and takes nothing for granted, so that these problems are
 * found in the same pass as those of the shape.
 */
export function checkScenario(document: YamlFile, value: unknown, registry: Registry): void {
  if (!isMapValue(value)) return;
  checkPhases(document, value);
  listOf(value["phases"]).forEach((phase, index) => {
    const rules = isMapValue(phase) ? listOf(phase["faults"]) : [];
    rules.forEach((rule, n) => {
      checkRule(document, rule, { path: ["phases", index, "faults", n], registry });
    });
  });
  checkLoad(document, value["load"]);
  checkExpectations(document, value, registry);
  checkAbort(document, value);
  checkLimits(document, value["limits"], registry.tiers);
}

function checkPhases(document: YamlFile, file: Readonly<Record<string, unknown>>): void {
  const phases = listOf(file["phases"]);
  const ramp = isMapValue(file["load"]) && file["load"]["ramp"] !== undefined;
  if (file["phases"] === undefined && !ramp) {
    const hint = "a run without a ramp needs at least one phase: - { name: baseline, lasts: 20s }";
    document.problems.add(document.places.valueAt([]), "phases is missing", { hint });
  }
  const seen = new Set<unknown>();
  phases.forEach((phase, index) => {
    if (!isMapValue(phase)) return;
    const { name, lasts } = phase;
    const at = (key: string) => document.places.valueAt(["phases", index, key]);
    if (RESERVED_PHASES.includes(String(name))) {
      document.problems.add(at("name"), `the name ${name} is taken: the run itself has a stretch called so`);
    }
    if (name !== undefined && seen.has(name)) {
      document.problems.add(at("name"), `two phases are called ${name}`, {
        hint: "expectations could not tell them apart",
      });
    }
    seen.add(name);
    if (lasts === undefined || lasts === null) checkOpenEnd(document, { index, last: phases.length - 1, ramp });
  });
}

function checkOpenEnd(document: YamlFile, { index, last, ramp }: { index: number; last: number; ramp: boolean }): void {
  if (ramp && index === last) return;
  const hint = ramp ? "only the last phase lasts as long as the ramp needs" : "for example lasts: 30s";
  document.problems.add(document.places.valueAt(["phases", index]), "lasts is missing", { hint });
}

/** A rule has one fault. `path` is where it stands; [] for a fault of its own (`--fault`). */
export function checkRule(
  document: YamlFile,
  rule: unknown,
  { path, registry }: { path: Path; registry: Pick<Registry, "faults"> },
): void {
  if (!isMapValue(rule)) return;
  const names = Object.keys(rule).filter((key) => !RULE_KEYS.includes(key));
  const known = names.filter((name) => registry.faults.has(name));
  if (names.length === 0) {
    document.problems.add(document.places.valueAt(path), "this rule names no fault", {
      hint: "for example rate_limit: { dimension: tpm, retry_after: 5s }",
    });
  }
  const [first, second] = known;
  if (first !== undefined && second !== undefined) {
    document.problems.add(document.places.keyAt([...path, second]), twoFaults(first, second, registry), {
      hint: "make them two rules",
    });
  }
  const where = rule["where"];
  for (const name of known) {
    const fault = registry.faults.get(name);
    const needsStream = fault?.acts === "stream" || fault?.onlyStreams === true;
    if (!needsStream || !isMapValue(where) || where["stream"] !== false) continue;
    document.problems.add(
      document.places.valueAt([...path, "where", "stream"]),
      `${name} acts on streams, and where.stream false leaves none`,
    );
  }
}

function twoFaults(first: string, second: string, registry: Pick<Registry, "faults">): string {
  const final = [first, second].every((name) => registry.faults.get(name)?.final);
  return final
    ? `${first} and ${second} both end the call, so ${second} could never act`
    : `one rule has one fault, and this one has ${first} and ${second}`;
}

function checkLoad(document: YamlFile, load: unknown): void {
  if (!isMapValue(load)) return;
  const given = ["concurrency", "rate", "ramp"].filter((key) => load[key] !== undefined);
  const hint = "give one of concurrency: 8, rate: 20/s, ramp: { from: 1, to: 64 }";
  if (given.length === 0 && Object.keys(load).length === 0) {
    document.problems.add(document.places.keyAt(["load"]), "load says nothing", { hint });
  }
  const [first, second] = given;
  if (second !== undefined) {
    document.problems.add(document.places.keyAt(["load", second]), `load has both ${first} and ${second}`, { hint });
  }
  const { ramp } = load;
  if (!isMapValue(ramp)) return;
  if (Number(ramp["to"]) < Number(ramp["from"])) {
    document.problems.add(document.places.valueAt(["load", "ramp", "to"]), "to must not be less than from");
  }
}

function checkExpectations(document: YamlFile, file: Readonly<Record<string, unknown>>, registry: Registry): void {
  const phases = phaseNames(file);
  listOf(file["expect"]).forEach((entry, index) => {
    if (!isMapValue(entry)) return;
    const names = Object.keys(entry).filter((key) => !EXPECT_KEYS.includes(key));
    const [first, second] = names;
    if (first === undefined) {
      document.problems.add(document.places.valueAt(["expect", index]), "this entry names no expectation");
    }
    if (second !== undefined && names.every((name) => registry.expectations.has(name))) {
      const message = `one entry has one expectation, and this one has ${first} and ${second}`;
      document.problems.add(document.places.keyAt(["expect", index, second]), message, {
        hint: "make them two entries",
      });
    }
    checkPhaseNames(document, entry["in"], { path: ["expect", index, "in"], phases });
  });
}

function checkAbort(document: YamlFile, file: Readonly<Record<string, unknown>>): void {
  const abort = file["abort_when"];
  const rule = isMapValue(abort) ? abort["error_rate"] : undefined;
  if (!isMapValue(rule)) return;
  checkPhaseNames(document, rule["in"], { path: ["abort_when", "error_rate", "in"], phases: phaseNames(file) });
}

function checkPhaseNames(
  document: YamlFile,
  named: unknown,
  { path, phases }: { path: Path; phases: readonly string[] },
): void {
  const names = typeof named === "string" ? [named] : listOf(named);
  names.forEach((name, index) => {
    if (typeof name !== "string" || phases.includes(name)) return;
    const near = didYouMean(name, phases);
    const hint = near === undefined ? `the phases are ${phases.join(", ")}` : `did you mean ${near}?`;
    const place = typeof named === "string" ? path : [...path, index];
    document.problems.add(document.places.valueAt(place), `there is no phase "${name}"`, { hint });
  });
}

function phaseNames(file: Readonly<Record<string, unknown>>): string[] {
  if (file["phases"] === undefined) return ["ramp"];
  return listOf(file["phases"]).flatMap((phase) =>
    isMapValue(phase) && typeof phase["name"] === "string" ? [phase["name"]] : [],
  );
}
