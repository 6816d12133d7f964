import { requestFault } from "./shared/answer-fault.ts";

export const badKey = requestFault({
  name: "bad_key",
  summary: "The key is refused as wrong: 401, or what that provider sends",
  words: "the key is refused",
});
