import type { Dimension, LimitSpec, Usage } from "../core/limits.ts";
import { amountOf, isSettled, settledAmount } from "./amounts.ts";
import { policyOf, type SettleMode } from "./policy.ts";

/** What a log tells of a call that has ended. */
export interface EndedCall {
  provider: string;
  /** Estimated. */
  inputTokens: number;
  maxOutputTokens: number | undefined;
  /** Tokens that it was charged on tokens per minute when it was admitted. */
  charge: number;
  usage: Usage | undefined;
  /** Output tokens seen, estimated where no usage came. */
  producedTokens: number;
}

/**
 * How much of a limit a call took in the end, for arithmetic after the run: as the limiter counts it for that provider.
 * `settle` undefined: as the provider does. The log does not tell how much a token of output weighs where that differs
 * (Bedrock), so it is counted once.
 */
export function takenFrom(
  dimension: Dimension,
  call: EndedCall,
  { spec, settle }: { spec: LimitSpec; settle: SettleMode | undefined },
): number {
  const policy = policyOf(spec.provider ?? call.provider);
  const reservesOutput = (spec.output ?? policy.output ?? "reserved") === "reserved";
  const charge = {
    requests: 1,
    inputTokens: call.inputTokens,
    outputTokens: reservesOutput ? (call.maxOutputTokens ?? 0) : 0,
    tokens: call.charge,
  };
  const followed = dimension === "otpm" && !reservesOutput;
  if (!followed && ((settle ?? policy.settle) === "reserve" || !isSettled(dimension)))
    return amountOf(dimension, charge);
  return settledAmount(dimension, {
    charge,
    outcome: { usage: call.usage, seenOutputTokens: call.producedTokens },
    cachedInputCounts: spec.cachedInputCounts ?? policy.cachedInputCounts,
    tokensAre: policy.tokensAre,
  });
}
