export { createTokenCounter, type TokenCounter, type TokenCounterOptions } from "./counter.ts";
