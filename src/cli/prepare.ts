import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { shellCommand } from "../app/index.ts";
import type { AppFile } from "../core/app.ts";
import { formatProblem, type Problem, UserError } from "../core/errors.ts";
import type { Scenario } from "../core/scenario.ts";
import { refuseShareOnLive, rulesOf } from "../run/check-share.ts";
import type { SessionOptions } from "../run/options.ts";
import { parseUpstreams } from "../run/upstream-choice.ts";
import { checkPlan, loadApp, loadScenario, parseFaultLine } from "../scenario/index.ts";
import { budgetWords, spendingOptions } from "./budget-flags.ts";
import type { SharedFlags } from "./flags.ts";
import { openPlan, type PlanFiles } from "./open-plan.ts";
import { findScenario } from "./shipped.ts";
import { paint } from "./style.ts";
import { readTls } from "./tls-files.ts";

const APP_FILE = "llm-chaos.yaml";

/** A proxy without a scenario: no weather but what is injected. */
const NO_SCENARIO: Scenario = {
  name: "live",
  summary: "",
  hypothesis: "",
  seed: 1,
  limits: [],
  clockScale: 1,
  announce: "real",
  phases: [],
  load: undefined,
  abortWhen: undefined,
  expect: [],
  runbook: {},
};

export interface Prepared {
  options: SessionOptions;
  appFilePath: string | undefined;
  warnings: readonly Problem[];
}

/** Reads every file and flag before anything starts; all problems of a file come in one pass. */
export function prepare(input: {
  mode: "run" | "proxy";
  scenarioPath: string | undefined;
  command: readonly string[];
  flags: SharedFlags;
  readyTimeoutMs: number;
  startAtOnce: boolean;
  planFiles?: PlanFiles;
  loadCommand?: string | undefined;
  notify(line: string): void;
  onAppOutput(line: string): void;
}): Prepared {
  const { flags } = input;
  const env = process.env;
  const cwd = process.cwd();
  const appFilePath = findAppFile(flags.config, cwd, input.command);
  const app = appFilePath === undefined ? NO_APP : loadApp({ path: appFilePath, env });
  for (const fault of flags.fault) parseFaultLine(fault);
  const plan = openPlan(input.planFiles, flags.seed);
  const weather = readScenario(input.scenarioPath, plan?.seed ?? flags.seed, app.app);
  if (plan !== undefined) checkPlan(plan, weather.scenario);
  const upstreams = parseUpstreams(flags.upstream.length > 0 ? flags.upstream : upstreamsOf(app.app));
  const options: SessionOptions = {
    mode: input.mode,
    scenario: weather.scenario,
    filled: weather.filled,
    scenarioText: weather.text,
    reload: weather.reload,
    secrets: [...weather.secrets, ...app.secrets],
    app: app.app,
    appUrl: checkedUrl(flags.app ?? app.app?.url),
    appCommand: input.mode === "run" ? commandOf(input.command, app.app) : undefined,
    loadCommand: input.loadCommand,
    readyTimeoutMs: input.readyTimeoutMs,
    upstreams,
    ...spendingOptions(flags, { app: app.app, upstreams }),
    listen: flags.listen,
    tls: readTls(flags, { host: flags.listen.host, nowMs: Date.now(), warn: input.notify }),
    control: controlAddress(flags, env),
    faults: flags.fault,
    plan,
    planOut: input.planFiles?.planOut,
    record: flags.record,
    redact: flags.redact,
    replay: { speed: flags.replaySpeed, match: flags.replayMatch, ignore: flags.replayIgnore },
    startAtOnce: input.startAtOnce,
    family: flags.env,
    out: flags.out,
    cwd,
    env,
    mark: flags.mark,
    logLevel: flags.logLevel ?? (input.mode === "run" ? "warn" : "info"),
    reproduce: reproduceCommand(input, weather.scenario.seed),
    notify: input.notify,
    onAppOutput: input.onAppOutput,
  };
  refuseShareOnLive(rulesOf(options), options.upstreams);
  return { options, appFilePath, warnings: [...weather.warnings, ...app.warnings] };
}

const NO_APP: { app: AppFile | undefined; secrets: string[]; warnings: Problem[] } = {
  app: undefined,
  secrets: [],
  warnings: [],
};

function upstreamsOf(app: AppFile | undefined): string[] {
  if (app?.upstreams !== undefined) return Object.entries(app.upstreams).map(([name, address]) => `${name}=${address}`);
  return app?.upstream === undefined ? [] : [app.upstream];
}

function controlAddress(flags: SharedFlags, env: NodeJS.ProcessEnv): SessionOptions["control"] {
  if (flags.control === "off") return undefined;
  return {
    ...flags.control,
    hosts: flags.controlHost,
    token: tokenOf("--control-token-file", flags.controlTokenFile, env["LLM_CHAOS_TOKEN"]),
    spectatorToken: tokenOf("--spectator-token-file", flags.spectatorTokenFile, env["LLM_CHAOS_SPECTATOR_TOKEN"]),
  };
}

function readScenario(path: string | undefined, seed: number | undefined, app: AppFile | undefined) {
  const { env } = process;
  const own = seed === undefined ? {} : { seed };
  if (path === undefined) {
    const scenario = { ...NO_SCENARIO, ...own };
    return { scenario, filled: scenario, text: undefined, secrets: [], warnings: [], reload: undefined };
  }
  const file = findScenario(path);
  const load = () => loadScenario({ path: file, env, ...own, ...(app !== undefined && { app }) });
  const loaded = load();
  return { ...loaded, reload: { loaded, load } };
}

function commandOf(command: readonly string[], appFile: AppFile | undefined): readonly string[] | undefined {
  if (command.length > 0) return command;
  return appFile?.start === undefined ? undefined : shellCommand(appFile.start);
}

/** `--config`; else llm-chaos.yaml here; else beside the entry file that the app command names (`node services/chat/main.js`). */
function findAppFile(config: string | undefined, cwd: string, command: readonly string[]): string | undefined {
  if (config !== undefined) return config;
  const here = join(cwd, APP_FILE);
  if (existsSync(here)) return APP_FILE;
  // The program itself may be named by its path, too: the first file counts that has an app file beside it.
  const isFile = (path: string) => isFileAt(resolve(cwd, path));
  return command
    .filter((word) => !word.startsWith("-") && isFile(word))
    .map((word) => join(dirname(word), APP_FILE))
    .find(isFile);
}

/** A word of a command may be anything, a whole script too: what cannot be looked up (too long a name, no right to it) is no file. */
function isFileAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

function checkedUrl(url: string | undefined): string | undefined {
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url;
  throw new UserError(`--app "${url}" is not an http URL`, { hint: "for example --app http://127.0.0.1:3000" });
}

/** The file's, else the variable's. */
function tokenOf(flag: string, file: string | undefined, variable: string | undefined): string | undefined {
  if (file === undefined) return variable || undefined;
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UserError(`${flag} ${file} cannot be read`, { cause: error });
  }
}

/** The command that plays the same again. Values that could be secret are not in flags, so none can be in here. */
function reproduceCommand(
  input: {
    mode: string;
    scenarioPath: string | undefined;
    command: readonly string[];
    flags: SharedFlags;
    planFiles?: PlanFiles;
    loadCommand?: string | undefined;
  },
  seed: number | undefined,
): string {
  const words = ["llm-chaos", input.mode];
  if (input.scenarioPath !== undefined) words.push(input.scenarioPath);
  words.push("--seed", String(seed));
  for (const upstream of input.flags.upstream) words.push("--upstream", upstream);
  if (input.flags.app !== undefined) words.push("--app", input.flags.app);
  for (const fault of input.flags.fault) words.push("--fault", `'${fault}'`);
  if (input.loadCommand !== undefined) words.push("--load-cmd", `'${input.loadCommand.replaceAll("'", "'\\''")}'`);
  words.push(...budgetWords(input.flags));
  if (input.planFiles?.plan !== undefined) words.push("--plan", input.planFiles.plan);
  if (input.command.length > 0) words.push("--", ...input.command);
  return words.join(" ");
}

export function printWarnings(warnings: readonly Problem[]): void {
  for (const warning of warnings) process.stderr.write(`${paint("yellow", formatProblem(warning))}\n`);
}
