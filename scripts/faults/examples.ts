/** What docs/faults.md shows of each fault, as users type it. A fault that is not named here is shown without parameters. */
const GIVEN: Readonly<Record<string, string>> = {
  rate_limit: "{ dimension: tpm, retry_after: 5s }",
  overloaded: "{ retry_after: 2s }",
  hang: "{ lasts: 60s }",
  latency: "{ add: 2s }",
  slow_first_token: "{ add: 2s }",
  slow_tokens: "{ tokens_per_second: 4 }",
  bandwidth: "{ rate: 10kB/s }",
  stall: "{ after: { tokens: 2 }, lasts: 30s, pings: 10s }",
  truncate: "{ after: { tokens: 2 } }",
  disconnect: "{ after: { tokens: 2 }, inside: event, how: rst }",
  mid_stream_error: "{ after: { tokens: 2 } }",
  malformed_chunk: "{ after: { tokens: 2 } }",
  split_frames: "{ sizes: [160] }",
  merge_frames: "{ after: { tokens: 2 }, sizes: [3] }",
  duplicate_frame: "{ after: { tokens: 2 } }",
  drop_frame: "{ after: { tokens: 2 } }",
  header_lies: "{ set: { x-ratelimit-remaining-tokens: -1 }, drop: [x-ratelimit-reset-*] }",
};

export function exampleOf(fault: string): string {
  return `${fault}: ${GIVEN[fault] ?? "{}"}`;
}

/** Faults that are shown on an answer which is a tool call. */
export const ON_TOOL_CALLS: ReadonlySet<string> = new Set(["garbled_tool_call"]);
