export { selectHistory } from "../core/select.ts";
export { foldHistory } from "./fold.ts";
export { createEventLog, type EventLog, type EventLogOptions } from "./log.ts";
export { type ReadEvents, readEvents } from "./read.ts";
