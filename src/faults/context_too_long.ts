import { requestFault } from "./shared/answer-fault.ts";

export const contextTooLong = requestFault({
  name: "context_too_long",
  summary: "The prompt is refused as longer than the model's context: 400",
  words: "the prompt is refused as too long for the model",
});
