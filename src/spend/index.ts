export { type CapsChange, changeCaps, hasCaps, NO_CAPS } from "./caps.ts";
export { type BudgetGuard, type BudgetState, createBudgetGuard } from "./guard.ts";
export { createMix } from "./mix.ts";
export { ASSUMED_MAX_OUTPUT, createSpendMeter } from "./spend-meter.ts";
export { capsInWords } from "./words.ts";
