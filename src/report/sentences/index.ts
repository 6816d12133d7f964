export { kneeInWords } from "./knees.ts";
export { layOutPage, type Page } from "./page.ts";
export { profileSentence } from "./profile.ts";
export type { Pair } from "./real.ts";
export { verdictSentence } from "./verdict.ts";
export { bitesFirst, concurrencyInWords, headroom, type LimitLine, limitsChanged } from "./wall.ts";
export { clockTime, counted, NOT_MEASURED, OUTCOMES } from "./words.ts";
