import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionOptions } from "../../src/run/options.ts";
import { type RunResult, runScenario } from "../../src/run/run.ts";
import { startSession } from "../../src/run/session.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { loadApp, loadScenario } from "../../src/scenario/index.ts";
import { parseStubProfile } from "../../src/upstreams/index.ts";
import { freePort, ROOT } from "./e2e.ts";

/** Plays a shipped scenario as it is shipped, in the short form that its own variables allow. */

/** A stub that answers in about a tenth of a second: quick, and no load to speak of. */
const STUB = parseStubProfile(
  "ttft: 50ms\ninter_token: 4ms\noutput_tokens: 14\ncapacity: { concurrency: 500 }\n",
  "stub.yaml",
);

/** The variables that the scenarios name, in seconds instead of minutes. */
export const SHORT: Readonly<Record<string, string>> = {
  BASELINE: "600ms",
  STORM: "1600ms",
  RECOVERY: "1600ms",
  /** The longest a user waits. */
  PATIENCE: "2500ms",
  /** By when the app must have degraded, or be back. */
  SOON: "1200ms",
};

/** Both kinds of sample app have the same front door. */
const APP_FILE = readFileSync(join(ROOT, "examples/llm-chaos.yaml"), "utf8").replace("deadline: 15s", "deadline: 3s");

export interface Client {
  /** A file below the repository's root. */
  app: string;
  env?: Readonly<Record<string, string>>;
}

/** The names of the scenarios in a folder below scenarios/. */
export function shippedIn(folder: string): string[] {
  return readdirSync(join(ROOT, "scenarios", folder))
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.replace(".yaml", ""));
}

/** A text without variables, with every length of time that it names divided, and a little less asked of a short recovery. */
export function shortened(text: string): string {
  const lengths = /\b(lasts|hold|settle|within): (\d+)s/g;
  return text
    .replace(/- recovers: .*/, (line) =>
      line.replace(/within: (\d+)s/, (_, s) => `within: ${+s * 125}ms`).replace(/\d+%/, "70%"),
    )
    .replace(lengths, (_, word, s) => `${word}: ${+s * (word === "within" ? 250 : 125)}ms`);
}

const QUIET: Pick<
  SessionOptions,
  "listen" | "control" | "faults" | "family" | "readyTimeoutMs" | "mark" | "logLevel" | "onAppOutput"
> = {
  listen: { host: "127.0.0.1", port: 0 },
  control: undefined,
  faults: [],
  family: "openai",
  readyTimeoutMs: 20_000,
  mark: false,
  logLevel: "silent",
  onAppOutput: () => {},
};

/** One stub for all runs of a file: its tokenizer takes a second to load, and would be loaded by each of them. */
export async function startProvider(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const text = "name: provider\nphases: [{ name: all, lasts: 1h }]\n";
  const session = await startSession({
    ...QUIET,
    ...loadScenario({ text, env: {} }),
    mode: "proxy",
    scenarioText: text,
    app: undefined,
    appUrl: undefined,
    appCommand: undefined,
    upstreams: parseUpstreams(["stub"]).map((choice) => ({ ...choice, profile: STUB })),
    startAtOnce: false,
    out: folder,
    cwd: folder,
    env: {},
    reproduce: "",
    notify: () => {},
  });
  return { url: session.proxy.url, close: () => session.close({ why: "completed", detail: undefined }, 0) };
}

/** One run in this process, with the app in a process of its own. The folder is the caller's to remove. */
export async function playShipped(
  scenario: string,
  {
    client,
    folder,
    provider,
    ...how
  }: {
    client: Client;
    folder: string;
    /** Where the calls go: the address of `startProvider`. */
    provider: string;
    variables?: Client["env"];
    change?: (text: string) => string;
  },
): Promise<RunResult & { said: string[] }> {
  const { variables = {}, change = (text) => text } = how;
  const text = change(readFileSync(join(ROOT, "scenarios", scenario), "utf8"));
  const env = { ...SHORT, ...variables };
  const { app } = loadApp({ text: APP_FILE, env });
  const said: string[] = [];
  const result = await runScenario(
    {
      ...QUIET,
      ...loadScenario({ text, env }),
      mode: "run",
      scenarioText: text,
      app,
      appUrl: `http://127.0.0.1:${await freePort()}`,
      appCommand: [process.execPath, join(ROOT, client.app)],
      upstreams: parseUpstreams([provider]),
      startAtOnce: true,
      out: folder,
      cwd: folder,
      env: { PATH: process.env["PATH"], OPENAI_API_KEY: "sk-test-key-0001", ...client.env },
      reproduce: `llm-chaos run scenarios/${scenario}`,
      notify: (line) => void said.push(line),
      onAppOutput: (line) => void said.push(line),
    },
    { onEvent: () => {}, onSession: () => {} },
  );
  return { ...result, said };
}
