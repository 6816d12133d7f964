import { DIMENSIONS } from "../core/limits.ts";
import { didYouMean, matchesGlob } from "../core/text.ts";
import type { YamlFile } from "./document.ts";
import { isMapValue, listOf } from "./normalise.ts";
import type { Tiers } from "./registry.ts";

/** A row of `limits` takes its numbers from a shipped tier, from itself, or both. */
export function checkLimits(document: YamlFile, limits: unknown, tiers: Tiers): void {
  listOf(limits).forEach((row, index) => {
    if (!isMapValue(row)) return;
    const { tier, model } = row;
    if (typeof tier === "string") checkTier(document, { tier, model, index }, tiers);
    else if (tier === undefined && !DIMENSIONS.some((dimension) => row[dimension] !== undefined)) {
      const hint = "give a tier (openai/tier-1), or numbers: rpm, tpm, rpd, tpd, itpm, otpm";
      document.problems.add(document.places.valueAt(["limits", index]), "this limit has no numbers", { hint });
    }
  });
}

function checkTier(
  document: YamlFile,
  { tier, model, index }: { tier: string; model: unknown; index: number },
  tiers: Tiers,
): void {
  const known = tiers.list();
  const found = known.find(({ name }) => name === tier);
  const names = known.map(({ name }) => name);
  if (found === undefined) {
    const near = didYouMean(tier, names);
    const hint = near === undefined ? `known are ${names.join(", ")}` : `did you mean ${near}?`;
    document.problems.add(document.places.valueAt(["limits", index, "tier"]), `there is no tier "${tier}"`, { hint });
  } else if (typeof model === "string" && !found.models.some((name) => matchesGlob(name, model))) {
    const near = didYouMean(model, found.models);
    const hint = near === undefined ? `it has ${found.models.join(", ")}` : `did you mean ${near}?`;
    const message = `the tier ${tier} has no numbers for the model "${model}" (names are exact)`;
    document.problems.add(document.places.valueAt(["limits", index, "model"]), message, { hint });
  }
}
