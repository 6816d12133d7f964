import type { RefusalDimension } from "../../core/limits.ts";

/** How Google names a quota that was exceeded. */
export interface QuotaName {
  metric: string;
  id: string;
}

/** Free, the first paid tier (also when nothing is known of the tier), and those above it, which are named by their number. */
type Grade = "free" | "paid" | "2" | "3";

const SERVICE = "generativelanguage.googleapis.com";

/**
 * The names in captured refusals (itcon-pty-au/stremio-ai-search#170, google-gemini/gemini-cli#8437, cline/cline#2540).
 * Unverified, made by analogy: requests of the second and third tier, tokens per day, images, concurrency.
 */
export function quotaName(dimension: RefusalDimension, tier: string | undefined): QuotaName {
  const grade = gradeOf(tier);
  switch (dimension) {
    case "rpm":
    case "rpd":
      return requests(dimension === "rpm" ? "Minute" : "Day", grade);
    case "tpd":
      return inputTokens("Day", grade);
    case "images":
      return named("predict_images", "PredictImagesPerMinutePerProjectPerModel", grade);
    case "concurrency":
      return named("concurrent_requests", "ConcurrentRequestsPerProjectPerModel", grade);
    default:
      // Google counts input only; whoever asks for output gets what Google would say.
      return inputTokens("Minute", grade);
  }
}

function gradeOf(tier: string | undefined): Grade {
  if (tier === "free") return "free";
  return tier === "tier-2" ? "2" : tier === "tier-3" ? "3" : "paid";
}

function requests(window: "Minute" | "Day", grade: Grade): QuotaName {
  const id = `GenerateRequestsPer${window}PerProjectPerModel${SUFFIX[grade]}`;
  const plain = window === "Minute" ? "generate_requests_per_model" : "generate_requests_per_model_per_day";
  return { metric: `${SERVICE}/${grade === "paid" ? plain : `generate_content_${TIER[grade]}_requests`}`, id };
}

function inputTokens(window: "Minute" | "Day", grade: Grade): QuotaName {
  const paid = grade === "free" ? "" : "PaidTier";
  return {
    metric: `${SERVICE}/generate_content_${TIER[grade]}_input_token_count`,
    id: `GenerateContent${paid}InputTokensPerModelPer${window}${SUFFIX[grade]}`,
  };
}

function named(metric: string, id: string, grade: Grade): QuotaName {
  return { metric: `${SERVICE}/${metric}`, id: `${id}${SUFFIX[grade]}` };
}

const TIER: Readonly<Record<Grade, string>> = {
  free: "free_tier",
  paid: "paid_tier",
  "2": "paid_tier_2",
  "3": "paid_tier_3",
};

const SUFFIX: Readonly<Record<Grade, string>> = { free: "-FreeTier", paid: "", "2": "-PaidTier2", "3": "-PaidTier3" };
