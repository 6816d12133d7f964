import { serverFault } from "./shared/answer-fault.ts";

/** What reads every error as JSON meets a page here. */
export const badGateway = serverFault({
  name: "bad_gateway",
  kind: "bad_gateway",
  summary: "A 502 with an HTML page of the gateway before the provider; JSON where that provider sends it",
  words: "the gateway before the provider answers 502",
});
