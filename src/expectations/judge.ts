import type { Expectation, Judgement } from "../core/expectation.ts";
import type { History } from "../core/history.ts";
import type { ReportedExpectation } from "../core/report.ts";
import type { ExpectationSpec } from "../core/scenario.ts";
import { judgedPart, NOT_IN_THE_LOG, selectHistory } from "../core/select.ts";
import { inconclusive } from "./shared/judgements.ts";

/** Judges every expectation of the run's scenario. Never throws: a rule that breaks is inconclusive and says why. */
export function judgeWith(expectations: ReadonlyMap<string, Expectation>, history: History): ReportedExpectation[] {
  const selected = createSelector(history);
  return (history.scenario?.expect ?? []).map((spec) =>
    judgeOne(expectations.get(spec.name), spec, { history, selected }),
  );
}

interface Subject {
  history: History;
  /** What `in:` and `where:` select. */
  selected(spec: ExpectationSpec): History;
}

/** Most rules of a scenario look at the same part of the run, which is then selected once. */
function createSelector(history: History): Subject["selected"] {
  const known = new Map<string, History>();
  return (spec) => {
    if (spec.in === undefined && spec.where === undefined) return judgedPart(history);
    const key = JSON.stringify([spec.in ?? null, spec.where ?? null]);
    const part = known.get(key) ?? selectHistory(history, spec);
    known.set(key, part);
    return part;
  };
}

function judgeOne(expectation: Expectation | undefined, spec: ExpectationSpec, subject: Subject): ReportedExpectation {
  const reported = { name: spec.name, explained: spec.name, params: spec.params, phase: spec.in?.join(", ") ?? null };
  if (expectation === undefined) return { ...reported, ...inconclusive(`there is no expectation ${spec.name}`) };
  const parsed = expectation.params.safeParse(spec.params ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ...reported, ...inconclusive(`its parameters cannot be read: ${issue?.message ?? "not valid"}`) };
  }
  const explained = guarded(
    () => expectation.explain(parsed.data),
    () => spec.name,
  );
  const judgement = notJudgeable(spec, subject.history) ?? check(expectation, { spec, params: parsed.data, subject });
  const { verdict, summary, evidence } = applyIfUnseen(judgement, spec);
  const unmeasured = verdict === "inconclusive" && subject.history.frontDoorCalls.length === 0;
  return {
    ...reported,
    explained,
    verdict,
    ...(unmeasured && dependsOnFrontDoor(expectation, parsed.data) ? { notMeasured: true as const } : {}),
    summary,
    evidence,
  };
}

/** Why the selection cannot be made, whatever the rule is. */
function notJudgeable({ in: phases, where }: ExpectationSpec, history: History): Judgement | undefined {
  const unknown = NOT_IN_THE_LOG.find((condition) => where?.[condition] !== undefined);
  if (unknown !== undefined)
    return inconclusive(`where: ${unknown} cannot be judged, because the log does not hold what it asks for`);
  if (phases === undefined || history.phases.some(({ name }) => phases.includes(name))) return undefined;
  const outside = ["startup", "drain", "live"];
  if (phases.some((name) => outside.includes(name))) return undefined;
  return inconclusive(`the run never reached ${phases.join(" or ")}`);
}

function check(
  expectation: Expectation,
  { spec, params, subject }: { spec: ExpectationSpec; params: unknown; subject: Subject },
): Judgement {
  return guarded(
    () => expectation.check(params, subject.selected(spec), subject.history),
    (error) => inconclusive("the rule itself broke", [{ note: error.message, events: [] }]),
  );
}

function guarded<T>(run: () => T, otherwise: (error: Error) => T): T {
  try {
    return run();
  } catch (error) {
    return otherwise(error instanceof Error ? error : new Error(String(error)));
  }
}

function applyIfUnseen(judgement: Judgement, { ifUnseen }: ExpectationSpec): Judgement {
  if (judgement.unseen !== true || ifUnseen === undefined || ifUnseen === "inconclusive") return judgement;
  return { ...judgement, verdict: ifUnseen, summary: `${judgement.summary} (if_unseen: ${ifUnseen})` };
}

/** By what it is about, or by where it was told to look. */
export function dependsOnFrontDoor({ needsFrontDoor }: Pick<Expectation, "needsFrontDoor">, params: unknown): boolean {
  const at = typeof params === "object" && params !== null && "at" in params ? params.at : undefined;
  return needsFrontDoor || at === "front_door";
}
