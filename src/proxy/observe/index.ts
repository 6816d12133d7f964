export { createObserver, isEventStream, ownSplitter } from "./create.ts";
export { meaningOf } from "./meaning-of.ts";
export { hasContent, NOTHING_SEEN, type Observer, type ReplySummary } from "./observer.ts";
