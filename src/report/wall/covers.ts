import type { Attempt } from "../../core/history.ts";
import type { LimitSpec } from "../../core/limits.ts";
import { matchesGlob } from "../../core/text.ts";

/** Whether a call counts on a limit. */
export function covers({ provider, model, models }: LimitSpec, { received }: Attempt): boolean {
  if (provider !== undefined && provider !== received.provider) return false;
  const names = models ?? (model === undefined ? undefined : [model]);
  return names === undefined || names.some((name) => matchesGlob(name, received.model));
}

/** Which of a limit's buckets a call falls into: without a name for its models, each of them has one of its own. */
export function bucketOf({ per, model, models }: LimitSpec, { received }: Attempt): string {
  return per === "key+model" && model === undefined && models === undefined ? received.model : "";
}
