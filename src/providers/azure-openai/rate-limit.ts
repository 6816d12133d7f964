import type { LlmCall, RetryHint, Trouble } from "../../core/dialect.ts";
import { textOf } from "../shared/json.ts";
import { DIMENSION_WORDS } from "../shared/openai-limits.ts";
import { retryHeaders } from "../shared/retry-hints.ts";
import { type AzureAnswer, codeAndMessage, REGION } from "./answer.ts";
import { azureRefusalCountdown } from "./countdown.ts";
import { operationOf } from "./formats.ts";
import { wholeSeconds } from "./seconds.ts";

type RateLimit = Extract<Trouble, { kind: "rate_limit" }>;

const DEFAULT_HINTS: readonly RetryHint[] = ["header", "body"];
/** What Azure announces to a call larger than the whole limit. */
const A_DAY_MS = 86_400_000;

/**
 * The 429 of a limit: the code is the text "429", and there is no type (jasonacox/TinyLLM#17). Retry-After is usual
 * (icereed/paperless-gpt#814), though in 2023 it was missing for a while (openai/openai-python#937: hints `[]`);
 * provisioned deployments send retry-after-ms beside it (Azure/azure-openai-benchmark#31: hints `[header, ms_header]`).
 */
export function azureRateLimit(trouble: RateLimit, call: LlmCall, wallMs: number): AzureAnswer {
  const { refusal, readings } = trouble;
  const announcedMs = announcedBy(trouble);
  const hints = trouble.hints ?? DEFAULT_HINTS;
  const isTokens = DIMENSION_WORDS[refusal.dimension].family === "tokens";
  return {
    status: 429,
    headers: [
      ...(announcedMs === undefined ? [] : retryHeaders(announcedMs, hints, wallMs)),
      ...azureRefusalCountdown(refusal, readings),
      // The name for calls is made like the one for tokens (unverified).
      "policy-id",
      isTokens ? "DeploymentRatelimit-Token" : "DeploymentRatelimit-Call",
    ],
    body: codeAndMessage("429", messageOf(trouble, call, isTokens ? "token" : "call")),
  };
}

/**
 * Where waiting is no use, Azure asks for a day: one job was "too large" for OpenAI's limit of 30,000 with 30,601, and was told
 * 86400 seconds by Azure under the same limit (vanderschaarlab/climb#1). Only as that provider does, not when hints are given.
 */
function announcedBy({ refusal, hints, announcedMs }: RateLimit): number | undefined {
  if (refusal.waitMs === undefined) return hints === undefined ? A_DAY_MS : undefined;
  return announcedMs ?? refusal.waitMs;
}

/**
 * The newest wording seen (icereed/paperless-gpt#814, December 2025); for a day's wait the older one, with which alone it was
 * seen. Clients that read the text for "retry after" or "try again in" find the former in both. Azure prints no counters, so
 * the text is a hint like the others and tells the same lie.
 */
function messageOf(trouble: RateLimit, call: LlmCall, family: "token" | "call"): string {
  const announcedMs = announcedBy(trouble);
  const spoken = (trouble.hints ?? DEFAULT_HINTS).includes("body") && announcedMs !== undefined;
  const again = spoken ? ` Please retry after ${wholeSeconds(announcedMs)} seconds.` : "";
  const operation = operationOf(call.dialect);
  const under = call.apiVersion === undefined ? "" : ` under Azure OpenAI API version ${call.apiVersion}`;
  if (trouble.refusal.waitMs === undefined) {
    return `Requests to the ${operation} Operation${under} have exceeded ${family} rate limit of your current OpenAI S0 pricing tier.${again} Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.`;
  }
  const model = textOf(call.body["model"]) || call.model;
  return `Your requests to ${call.model} for ${model} in ${REGION} have exceeded the ${family} rate limit for your current AIServices S0 pricing tier. This request was for ${operation}${under}.${again}`;
}
