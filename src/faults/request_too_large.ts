import { requestFault } from "./shared/answer-fault.ts";

export const requestTooLarge = requestFault({
  name: "request_too_large",
  summary: "The body is refused as too large: 413, or what that provider sends",
  words: "the request is refused as too large",
});
