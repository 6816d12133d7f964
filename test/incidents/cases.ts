import type { Client } from "../support/incidents.ts";

/** What is told apart by a scenario: the one sin of the client that fails it, and the expectation by which it fails. */
export interface Case {
  sin: string;
  fails: string;
  /** For both clients. */
  env?: Readonly<Record<string, string>>;
  variables?: Readonly<Record<string, string>>;
}

const TOOLS = { TOOLS: "1" };

/** By the file's name below scenarios/incidents/. The client that passes all of them is the same: REACTION=careful. */
export const INCIDENTS: Readonly<Record<string, Case>> = {
  "connection-cut": { sin: "takes-an-error-for-the-end", fails: "truncation_noticed" },
  "day-quota-retried": { sin: "backs-off-for-minutes", fails: "retry_after_honoured" },
  "empty-answer": { sin: "indexes-the-last-chunk", fails: "success_rate" },
  "error-inside-the-stream": { sin: "takes-an-error-for-the-end", fails: "truncation_noticed" },
  "headers-of-minus-one": { sin: "believes-headers", fails: "success_rate" },
  "key-refused": { sin: "retries-4xx", fails: "retry_amplification" },
  "model-retired": { sin: "no-fallback", fails: "success_rate" },
  "never-answers": { sin: "no-timeout", fails: "no_hang", variables: { STORM: "3s" }, env: { FIRST_MS: "700" } },
  "no-bound-on-calls": {
    sin: "no-admission",
    fails: "max_in_flight",
    variables: { SLOWER: "400ms" },
    env: { FIRST_MS: "2000" },
  },
  "no-hint-at-all": { sin: "retries-at-once", fails: "retry_amplification" },
  // What it was before the faults is compared with what it is after: enough answers on a busy machine, too.
  "outage-and-back": { sin: "breaker-never-closes", fails: "recovers", variables: { BASELINE: "2s" } },
  "page-instead-of-error": { sin: "parses-error-pages", fails: "success_rate" },
  "quota-taken-for-rate-limit": { sin: "quota-as-rate-limit", fails: "retry_amplification" },
  "refused-inside-the-stream": { sin: "retries-only-statuses", fails: "degrades_by" },
  "reset-before-answer": { sin: "retries-only-statuses", fails: "success_rate" },
  "retries-times-retries": {
    sin: "two-layers-of-retries",
    fails: "retry_amplification",
    variables: { STORM: "3s", PATIENCE: "8s" }, // the SDK's own pauses are long
    env: { FIRST_MS: "6000" },
  },
  "retry-after-of-days": { sin: "sleeps-any-retry-after", fails: "no_hang" },
  "same-400-again": { sin: "retries-4xx", fails: "retry_amplification" },
  "stall-kept-warm": { sin: "counts-pings", fails: "no_hang" },
  "stall-mid-answer": { sin: "no-timeout", fails: "no_hang" },
  "swallowed-refusal": { sin: "swallows-errors", fails: "degrades_by" },
  "tool-call-cut": { sin: "runs-any-tool-call", fails: "success_rate", env: TOOLS },
  "tool-call-garbled": { sin: "runs-any-tool-call", fails: "success_rate", env: TOOLS },
  "wait-told-in-words": { sin: "reads-headers-only", fails: "retry_after_honoured" },
};

export const incidentClient = (reaction: string, { env }: Case): Client => ({
  app: "test/support/incident-app.mjs",
  env: { REACTION: reaction, ...env },
});
