import type { AppFile } from "../core/app.ts";
import type { Scenario } from "../core/scenario.ts";
import type { BudgetCaps } from "../core/spend.ts";
import type { DecisionPlan, LoadedScenario } from "../scenario/index.ts";
import type { ReplayRules } from "../upstreams/index.ts";
import type { StubChoice, UpstreamChoice } from "./upstream-choice.ts";

export interface Address {
  host: string;
  /** 0: any free one. */
  port: number;
}

/** What live calls may cost. */
export interface BudgetOptions {
  caps: BudgetCaps;
  /** What becomes of a call beyond them. */
  over: "refuse" | "stub";
  /** Tokens that a call without a maximum output reserves; undefined: the meter's default. */
  assumeMaxOutput: number | undefined;
}

/** PEM texts, checked. */
export interface TlsFiles {
  cert: string;
  key: string;
  /** For people: what a client must trust. */
  certPath: string;
}

/** Everything a session is made from. Files are read and flags parsed by the command line before. */
export interface SessionOptions {
  mode: "run" | "proxy";
  /** As it is written down: placeholders kept. */
  scenario: Scenario;
  /** The same with every value filled in; decides, is never stored. */
  filled: Scenario;
  /** The scenario file as written, for the run folder; undefined without a file. */
  scenarioText: string | undefined;
  /** Reads the scenario's file again, for a running proxy that follows its changes; undefined: it does not. */
  reload?: { loaded: LoadedScenario; load(): LoadedScenario } | undefined;
  /** Values filled into files: hidden wherever they would be printed. */
  secrets: readonly string[];
  app: AppFile | undefined;
  /** The app's address: `--app`, else the app file's. */
  appUrl: string | undefined;
  /** The command behind `--`, else the app file's `start`. */
  appCommand: readonly string[] | undefined;
  /** A load tool that drives the app in our driver's place (`--load-cmd`), as a shell reads it. */
  loadCommand?: string | undefined;
  readyTimeoutMs: number;
  /** At least one; the first gets what nothing else claims. */
  upstreams: readonly UpstreamChoice[];
  /** Undefined: nothing caps what live calls cost. */
  budget?: BudgetOptions | undefined;
  /** The share of logical calls that goes to live upstreams, 0 to 1; the rest goes to `standIn`. Undefined: all. */
  mix?: number | undefined;
  /** Answers in a live upstream's place: the rest of a mix, and calls beyond the budget. */
  standIn?: StubChoice | undefined;
  listen: Address;
  /** Undefined: plain HTTP. */
  tls?: TlsFiles | undefined;
  control:
    | (Address & { hosts: readonly string[]; token: string | undefined; spectatorToken: string | undefined })
    | undefined;
  /** `--fault`, one YAML text each: active in every phase. */
  faults: readonly string[];
  /** Decisions to take again (`--plan`). */
  plan?: DecisionPlan | undefined;
  /** Where this run's decisions go (`--plan-out`). */
  planOut?: string | undefined;
  /** Where the upstreams' traffic is recorded (`--record`). */
  record?: string | undefined;
  /** JSON paths whose texts are recorded as placeholders (`--redact`). */
  redact?: readonly string[] | undefined;
  /** How cassettes are replayed (`--replay-…`). */
  replay?: ReplayRules | undefined;
  /** Start the phases at once (`run`, `proxy --start`). */
  startAtOnce: boolean;
  /** Which family of base-URL variables the app gets; undefined: from the upstreams' names. */
  family: "openai" | "azure" | "anthropic" | "gemini" | undefined;
  out: string | undefined;
  /** Default: the run folder's name. */
  runId?: string | undefined;
  cwd: string;
  env: NodeJS.ProcessEnv;
  mark: boolean;
  logLevel: string;
  reproduce: string;
  /** Lines for people, already free of secrets. */
  notify(line: string): void;
  /** Lines the app prints. */
  onAppOutput(line: string): void;
}

/** Why a session ended, and the code with which the program leaves when nothing judged outweighs it. */
export type EndReason =
  | "completed"
  | "app_ended"
  | "load_ended"
  | "panic"
  | "budget"
  | "abort_when"
  | "interrupted"
  | "broken";
