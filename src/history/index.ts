export { selectHistory } from "../core/select.ts";
export { createHistoryFold, foldHistory, type HistoryFold } from "./fold.ts";
export { createEventLog, type EventLog, type EventLogOptions } from "./log.ts";
export { type ReadEvents, type ReadLog, readEvents, readLog } from "./read.ts";
