import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../core/units.ts";
import type { Address } from "../run/options.ts";
import { addBudgetFlags, type BudgetFlags } from "./budget-flags.ts";
import { addRecordingFlags, type RecordingFlags } from "./recording-flags.ts";

/** Flags that `proxy` and `run` share, after commander parsed them. */
export interface SharedFlags extends RecordingFlags, BudgetFlags {
  upstream: string[];
  listen: Address;
  control: Address | "off";
  controlHost: string[];
  tlsCert?: string;
  tlsKey?: string;
  controlTokenFile?: string;
  spectatorTokenFile?: string;
  fault: string[];
  seed?: number;
  out?: string;
  config?: string;
  app?: string;
  env?: "openai" | "azure" | "anthropic" | "gemini";
  mark: boolean;
  logLevel?: string;
}

const collect = (value: string, before: string[]) => [...before, value];

export function addSharedFlags(command: Command): Command {
  return addBudgetFlags(addRecordingFlags(addPlayFlags(addControlFlags(addListenFlags(command)))));
}

function addListenFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--upstream <[name=]url>",
        "the provider or any compatible server; or stub, stub:profile.yaml, replay:cassette.jsonl; repeatable with names: openai=https://…",
      )
        .env("LLM_CHAOS_UPSTREAM")
        .default([], "stub")
        .argParser(collect),
    )
    .addOption(
      new Option("--listen <host:port>", "where the app's calls arrive")
        .env("LLM_CHAOS_LISTEN")
        .default({ host: "127.0.0.1", port: 4141 }, "127.0.0.1:4141")
        .argParser(parseAddress),
    );
}

function addControlFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--tls-cert <file>",
        "certificate (PEM) of the data listener, and of a control channel off loopback",
      ).env("LLM_CHAOS_TLS_CERT"),
    )
    .addOption(new Option("--tls-key <file>", "its private key (PEM)").env("LLM_CHAOS_TLS_KEY"))
    .addOption(
      new Option("--control <host:port|off>", "control channel")
        .env("LLM_CHAOS_CONTROL")
        .default({ host: "127.0.0.1", port: 4142 }, "127.0.0.1:4142")
        .argParser((value) => (value === "off" ? "off" : parseAddress(value))),
    )
    .addOption(
      new Option("--control-host <name>", "a further name the control channel may be reached by; repeatable")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(
      new Option("--control-token-file <file>", "the control token, instead of a fresh one").env(
        "LLM_CHAOS_TOKEN_FILE",
      ),
    )
    .addOption(
      new Option("--spectator-token-file <file>", "a second token that only reads").env(
        "LLM_CHAOS_SPECTATOR_TOKEN_FILE",
      ),
    );
}

function addPlayFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--fault <yaml>", "one fault as YAML, active at once; repeatable")
        .default([], "none")
        .argParser(collect),
    )
    .addOption(new Option("--seed <n>", "wins over the scenario's seed").env("LLM_CHAOS_SEED").argParser(parseWhole))
    .addOption(new Option("--out <folder>", "run folder (default .llm-chaos/runs/<time>-<name>)").env("LLM_CHAOS_OUT"))
    .addOption(
      new Option("--config <file>", "the app file (default llm-chaos.yaml here, or beside the app's entry file)").env(
        "LLM_CHAOS_CONFIG",
      ),
    )
    .addOption(new Option("--app <url>", "where the app answers; wins over the app file").env("LLM_CHAOS_APP"))
    .addOption(
      new Option("--env <family>", "base-URL variables for the app command").choices([
        "openai",
        "azure",
        "anthropic",
        "gemini",
      ]),
    )
    .addOption(new Option("--mark", "add x-llm-chaos to answers the proxy made or changed").default(false, "off"))
    .addOption(
      new Option("--log-level <level>", "trace, debug, info, warn, error or silent")
        .env("LLM_CHAOS_LOG_LEVEL")
        .choices(["trace", "debug", "info", "warn", "error", "silent"]),
    );
}

/** `127.0.0.1:4141`, `[::1]:4141`, `:4141` or `4141`. */
export function parseAddress(value: string): Address {
  const match = /^(?:(\[[^\]]+\]|[^:]*):)?(\d{1,5})$/.exec(value);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError("write host:port, such as 127.0.0.1:4141; port 0 means any free one");
  return { host: match[1]?.replace(/^\[|\]$/g, "") || "127.0.0.1", port };
}

export function parseWhole(value: string): number {
  if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError("write a whole number");
  return Number(value);
}

export function parseTimes(value: string): number {
  const times = parseWhole(value);
  if (times < 1) throw new InvalidArgumentError("write a whole number from 1 on");
  return times;
}

export function parseDurationFlag(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError("write a duration with its unit, such as 60s");
  return ms;
}
