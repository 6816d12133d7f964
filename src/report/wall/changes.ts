import type { History } from "../../core/history.ts";
import type { LimitSpec } from "../../core/limits.ts";
import { limitsAt } from "../../core/limits-held.ts";
import type { LimitChange } from "../../core/report.ts";

/** Each time that a controller set other limits: which amounts it changed. */
export function reportLimitChanges(history: History): LimitChange[] {
  return history.limitChanges.map(({ seq, atMs, limits }) => ({
    seq,
    atMs,
    amounts: changedAmounts(limitsAt(history, seq - 1), limits),
  }));
}

function changedAmounts(before: readonly LimitSpec[], after: readonly LimitSpec[]): LimitChange["amounts"] {
  const old = amountsOf(before);
  const fresh = amountsOf(after);
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const row = fresh.get(key) ?? old.get(key);
    const amounts = { before: old.get(key)?.amount ?? null, after: fresh.get(key)?.amount ?? null };
    if (row === undefined || amounts.before === amounts.after) return [];
    return [{ dimension: row.dimension, label: row.label, ...amounts }];
  });
}

/** By row and dimension. Rows are told apart by their labels. */
function amountsOf(specs: readonly LimitSpec[]): Map<string, { dimension: string; label: string; amount: number }> {
  const rows = specs.flatMap(({ label, limits }) =>
    Object.entries(limits).map(([dimension, amount]) => ({ dimension, label, amount })),
  );
  return new Map(rows.map((row) => [`${row.dimension} ${row.label}`, row]));
}
