import { parseStubProfile } from "../../src/upstreams/index.ts";

/** Answers of twelve tokens, at once: what is measured is the client, not the model. */
export const QUICK_PROFILE = parseStubProfile(
  "{ ttft: 1ms, inter_token: 1ms, output_tokens: 12, capacity: { concurrency: 1_000, queue: 1_000 } }",
  "the matrix's own profile",
);
