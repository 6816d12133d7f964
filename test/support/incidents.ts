import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type RunResult, runScenario } from "../../src/run/run.ts";
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

/** One run in this process, with the app in a process of its own. The folder is the caller's to remove. */
export async function playShipped(
  scenario: string,
  {
    client,
    folder,
    ...how
  }: { client: Client; folder: string; variables?: Client["env"]; change?: (text: string) => string },
): Promise<RunResult & { said: string[] }> {
  const { variables = {}, change = (text) => text } = how;
  const text = change(readFileSync(join(ROOT, "scenarios", scenario), "utf8"));
  const env = { ...SHORT, ...variables };
  const { app } = loadApp({ text: APP_FILE, env });
  const said: string[] = [];
  const result = await runScenario(
    {
      mode: "run",
      ...loadScenario({ text, env }),
      scenarioText: text,
      app,
      appUrl: `http://127.0.0.1:${await freePort()}`,
      appCommand: [process.execPath, join(ROOT, client.app)],
      readyTimeoutMs: 20_000,
      upstreams: parseUpstreams(["stub"]).map((choice) => ({ ...choice, profile: STUB })),
      listen: { host: "127.0.0.1", port: 0 },
      control: undefined,
      faults: [],
      startAtOnce: true,
      family: undefined,
      out: folder,
      cwd: folder,
      env: { PATH: process.env["PATH"], ...client.env },
      mark: false,
      logLevel: "silent",
      reproduce: `llm-chaos run scenarios/${scenario}`,
      notify: (line) => void said.push(line),
      onAppOutput: (line) => void said.push(line),
    },
    { onEvent: () => {}, onSession: () => {} },
  );
  return { ...result, said };
}
