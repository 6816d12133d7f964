export { type Bucket, bucketed, judgedSeries } from "./buckets.ts";
export { ALL_FILLS, FAULT_FILL, kindsOf, OUTCOME_FILLS } from "./outcomes.ts";
export { rampChart } from "./ramp.ts";
export { runChart } from "./run.ts";
export { utilisationChart } from "./utilisation.ts";
