import { requestFault } from "./shared/answer-fault.ts";

export const unknownModel = requestFault({
  name: "unknown_model",
  summary: "The model is refused as unknown: 404",
  words: "the model is refused as unknown",
});
