import type { SessionOptions } from "../../src/run/options.ts";

/** What all sessions of the exam have in common: nobody is told anything, nobody controls them. */
export const QUIET = {
  control: undefined,
  faults: [],
  family: "openai",
  readyTimeoutMs: 10_000,
  mark: false,
  logLevel: "silent",
  appCommand: undefined,
  env: {},
  notify: () => {},
  onAppOutput: () => {},
} satisfies Partial<SessionOptions>;
