import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../core/errors.ts";
import type { SessionOptions } from "../run/options.ts";
import { type RunResult, runScenario } from "../run/run.ts";
import type { Session } from "../run/session.ts";
import { loadApp, loadScenario } from "../scenario/index.ts";
import { createProgress, type Progress } from "./progress.ts";
import { stopOnSignals } from "./signals.ts";
import { verdictLines } from "./verdict.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCENARIO = join(ROOT, "scenarios/demo.yaml");
const APP_FILE = join(ROOT, "examples/llm-chaos.yaml");
const APPS = [
  { label: "naive", file: "examples/naive-app.mjs", meant: "fail" },
  { label: "good", file: "examples/good-app.mjs", meant: "pass" },
] as const;

/** `llm-chaos demo`: one scenario, two sample apps side by side, two verdicts. Exits 0 when the naive one fails and the good one passes. */
export async function demoCommand(flags: { out?: string }): Promise<number> {
  needSdk();
  const sessions: Session[] = [];
  const stream = process.stderr;
  stream.write(
    "One scenario, two apps on the official openai SDK, the built-in stub as the provider: no key, no network, no cost.\n",
  );
  const forget = stopOnSignals(
    () => sessions,
    (line) => stream.write(`${line}\n`),
  );
  try {
    const results = await Promise.all(APPS.map((app) => playOne(app, sessions, flags)));
    for (const [index, result] of results.entries()) {
      process.stdout.write(`\n${APPS[index]?.label} app   ${verdictLines(result.report, result.paths).join("\n")}\n`);
    }
    const asMeant = results.every(
      (result, index) => result.report.stopped === null && result.report.verdict === APPS[index]?.meant,
    );
    return asMeant
      ? 0
      : Math.max(1, ...results.filter((result) => result.report.stopped !== null).map((result) => result.exitCode));
  } finally {
    forget();
  }
}

async function playOne(app: (typeof APPS)[number], sessions: Session[], flags: { out?: string }): Promise<RunResult> {
  const progress = createProgress({ stream: process.stderr, env: { ...process.env, CI: "1" }, label: app.label });
  try {
    return await runScenario(await optionsFor(app, progress, flags), {
      onEvent: progress.onEvent,
      onSession: (session) => void sessions.push(session),
    });
  } finally {
    progress.stop();
  }
}

async function optionsFor(
  app: (typeof APPS)[number],
  progress: Progress,
  flags: { out?: string },
): Promise<SessionOptions> {
  const env = process.env;
  const { scenario, filled, secrets } = loadScenario({ path: SCENARIO, env });
  return {
    mode: "run",
    scenario: { ...scenario, name: `${scenario.name}-${app.label}` },
    filled,
    scenarioText: readFileSync(SCENARIO, "utf8"),
    secrets,
    app: loadApp({ path: APP_FILE, env }).app,
    appUrl: `http://127.0.0.1:${await freePort()}`,
    appCommand: [process.execPath, join(ROOT, app.file)],
    readyTimeoutMs: 15_000,
    upstreams: [{ kind: "stub", profile: undefined, address: "stub", implied: false }],
    listen: { host: "127.0.0.1", port: 0 },
    control: undefined,
    faults: [],
    startAtOnce: true,
    family: "openai",
    out: flags.out === undefined ? undefined : join(flags.out, app.label),
    cwd: process.cwd(),
    env: withoutPort(env),
    mark: false,
    logLevel: "silent",
    reproduce: `llm-chaos run scenarios/demo.yaml --seed ${scenario.seed} --app http://127.0.0.1:3000 -- node ${app.file}`,
    notify: (line) => progress.line(`${app.label.padEnd(6)} ${line}`),
    onAppOutput: () => {},
  };
}

/** The sample apps listen where the demo tells them to, whatever PORT says outside. */
function withoutPort(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PORT: _port, OPENAI_BASE_URL: _url, OPENAI_API_KEY: _key, ...rest } = env;
  return rest;
}

function needSdk(): void {
  if (existsSync(join(ROOT, "node_modules/openai")) || canResolve("openai")) return;
  throw new UserError("the demo's sample apps use the official openai SDK, which is not installed here", {
    hint: "npm install openai",
  });
}

function canResolve(name: string): boolean {
  try {
    return import.meta.resolve(name) !== "";
  } catch {
    return false;
  }
}

/** Asked of the system and given back at once; the sample app takes it a moment later. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no free port")),
      );
    });
  });
}
