import { serverFault } from "./shared/answer-fault.ts";

export const overloaded = serverFault({
  name: "overloaded",
  kind: "overloaded",
  summary: "The provider's answer when it has no capacity left: 503, 529 at Anthropic, 429 at Azure",
  words: "the provider says that it is overloaded",
});
