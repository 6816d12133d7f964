import { type HeaderList, headerPairs } from "../../core/exchange.ts";
import type { DimensionReading, LimitRefusal } from "../../core/limits.ts";
import { countdownHeaders, DIMENSION_WORDS, refusalCountdown } from "../shared/openai-limits.ts";
import { wholeSeconds } from "./seconds.ts";

/**
 * OpenAI's names without the resets, on every reply. Seen with the remaining counts alone (EvolvingPrograms/oaib#11,
 * 2024), later with the limits too (microsoft/copilot-camp#551, 2025).
 */
export function azureCountdown(readings: readonly DimensionReading[]): HeaderList {
  return withoutResets(countdownHeaders(readings));
}

/** A refusal also tells the reset of what was short, in whole seconds and not as OpenAI prints it (openai/openai-dotnet#838). */
export function azureRefusalCountdown(refusal: LimitRefusal, readings: readonly DimensionReading[]): string[] {
  const { dimension, waitMs } = refusal;
  const timed = dimension !== "images" && dimension !== "concurrency" && waitMs !== undefined;
  const reset = timed ? [`x-ratelimit-reset-${DIMENSION_WORDS[dimension].family}`, wholeSeconds(waitMs)] : [];
  return [...withoutResets(refusalCountdown(refusal, readings)), ...reset];
}

function withoutResets(headers: HeaderList): string[] {
  return [...headerPairs(headers)].flatMap(([name, value]) => (name.includes("-reset-") ? [] : [name, value]));
}
