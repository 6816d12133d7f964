import type { History } from "../../core/history.ts";
import { countsRequests, DIMENSIONS } from "../../core/limits.ts";
import type { Settlement } from "../../core/report.ts";
import { settlementOf } from "../../limits/index.ts";
import { covers } from "./covers.ts";

/** How the token limits of each provider that was called were settled, and who says so. */
export function reportSettlement({ scenario, limitChanges, attempts }: History): Settlement[] {
  const everHeld = [...(scenario?.limits ?? []), ...limitChanges.flatMap(({ limits }) => limits)];
  const onTokens = everHeld.filter(({ limits }) =>
    DIMENSIONS.some((dimension) => limits[dimension] !== undefined && !countsRequests(dimension)),
  );
  const providers = new Set<string>();
  for (const attempt of attempts) {
    const { provider } = attempt.received;
    if (!providers.has(provider) && onTokens.some((spec) => covers(spec, attempt))) providers.add(provider);
  }
  return [...providers].map((provider) => {
    if (scenario?.settle !== undefined) return { provider, settle: scenario.settle, by: "scenario" };
    const { settle, verified } = settlementOf(provider);
    return { provider, settle, by: verified ? "documented" : "assumed" };
  });
}
