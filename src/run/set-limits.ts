import { UserError } from "../core/errors.ts";
import type { Dimension, LimitSpec } from "../core/limits.ts";
import { loadScenario } from "../scenario/index.ts";
import { limitLabels } from "./limit-labels.ts";
import type { Session } from "./session.ts";
import { withoutPlaces } from "./without-places.ts";

export type LimitChange =
  | { limits: readonly Readonly<Record<string, unknown>>[] }
  | { row: number; set: Partial<Record<Dimension, number | null>> };

/** Changes the counted limits of a running session: all rows, or the amounts of one. Throws a UserError, and then nothing has changed. */
export function setLimits(session: Session, change: LimitChange): LimitSpec[] {
  const before = session.playing().limits;
  const limits = "limits" in change ? rowsOf(change.limits) : changedRow(before, change);
  session.setLimits(limits);
  session.log.append({ type: "limits_changed", limits: limitLabels({ limits }), rows: limits });
  return limits;
}

/** Through the loader, so that a mistake is found and worded as in a file. */
function rowsOf(limits: readonly object[]): LimitSpec[] {
  if (limits.length === 0) return [];
  const text = JSON.stringify({ name: "limits", phases: [{ name: "one", lasts: "1s" }], limits });
  return withoutPlaces(() => [...loadScenario({ text, env: {} }).scenario.limits]);
}

function changedRow(before: readonly LimitSpec[], { row, set }: Extract<LimitChange, { row: number }>): LimitSpec[] {
  const spec = before[row];
  if (spec === undefined) {
    throw new UserError(`there is no row ${row}`, {
      hint: before.length === 0 ? "no limit is counted; send limits: [ … ]" : `rows are 0 to ${before.length - 1}`,
    });
  }
  const limits = Object.fromEntries(
    Object.entries({ ...spec.limits, ...set }).flatMap(([dimension, amount]) =>
      amount === null ? [] : [[dimension, amount]],
    ),
  );
  const { source: _source, date: _date, ...rest } = spec;
  // Numbers of our own are no longer those of a tier's page.
  const changed: LimitSpec = { ...rest, limits };
  return before.flatMap((one, index) => (index !== row ? [one] : Object.keys(limits).length === 0 ? [] : [changed]));
}
