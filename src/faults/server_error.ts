import { serverFault } from "./shared/answer-fault.ts";

export const serverError = serverFault({
  name: "server_error",
  kind: "server_error",
  summary: "The provider's own 500",
  words: "the provider fails with a 500",
});
