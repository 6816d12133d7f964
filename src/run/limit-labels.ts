import type { LimitSpec } from "../core/limits.ts";

/** The counted limits as events tell them: where their numbers are from. */
export function limitLabels({ limits }: { limits: readonly LimitSpec[] }) {
  return limits.map(({ label, source, date }) => ({
    label,
    ...(source !== undefined && { source }),
    ...(date !== undefined && { date }),
  }));
}
