import { requestFault } from "./shared/answer-fault.ts";

export const contentFilter = requestFault({
  name: "content_filter",
  summary: "The prompt is refused by the provider's content filter: 400, a 200 without an answer at Gemini",
  words: "the content filter refuses the prompt",
});
