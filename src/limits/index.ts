export { createLimiter, type LimiterOptions, type LiveLimiter } from "./limiter.ts";
export { type SettleMode, settlementOf } from "./policy.ts";
export { type EndedCall, takenFrom } from "./taken.ts";
export {
  defaultLimit,
  explainMissingTier,
  listTiers,
  type TierOptions,
  type TierRow,
  tierRows,
  tierSpecs,
} from "./tiers.ts";
