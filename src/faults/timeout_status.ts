import { serverFault } from "./shared/answer-fault.ts";

export const timeoutStatus = serverFault({
  name: "timeout_status",
  kind: "timeout",
  summary: "The provider or its gateway gives up waiting: 504, or 408 where that provider sends it",
  words: "the provider answers that it took too long",
});
