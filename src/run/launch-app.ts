import { baseUrlVariables, type RunningApp, settableTogether, startApp, waitUntilReady } from "../app/index.ts";
import { UserError } from "../core/errors.ts";
import { familiesOf } from "./families.ts";
import type { Playable } from "./playable.ts";

export interface LaunchedApp {
  app: RunningApp | undefined;
  /** False when the run was stopped before the app was ready. */
  ready: boolean;
}

/** Starts the app command, if there is one, with the base URLs set; returns when it is ready, or when somebody stops the run. */
export async function launchApp(session: Playable, stop: AbortSignal): Promise<LaunchedApp> {
  const { appCommand, appUrl, app, options } = { ...session.options, options: session.options };
  let running: RunningApp | undefined;
  if (appCommand !== undefined) {
    const { env, shown } = appEnvironment(session);
    registerKeys(session);
    options.notify(`app     ${appCommand.join(" ")}   with ${shown.join("  ")}`);
    running = startApp({
      command: [...appCommand],
      env,
      clock: session.clock,
      scrubber: session.scrubber,
      onOutput: options.onAppOutput,
    });
    session.log.append({ type: "app_state", state: "started" });
  }
  if (appUrl === undefined) {
    if (running !== undefined)
      options.notify("no --app URL: readiness is not checked and the front door is not driven");
    return { app: running, ready: true };
  }
  try {
    const url = new URL(app?.ready ?? "/", appUrl).href;
    await waitUntilReady({
      url,
      timeoutMs: options.readyTimeoutMs,
      clock: session.clock,
      signal: stop,
      ...(running && { exited: running.exited }),
    });
  } catch (error) {
    if (stop.aborted) return { app: running, ready: false };
    await running?.stop();
    throw error;
  }
  session.log.append({ type: "app_state", state: "ready" });
  return { app: running, ready: true };
}

const KEY_NAME = /(?:KEY|TOKEN|SECRET|PASSWORD)$/i;

/** An app may print its configuration before its first call has shown us the key. */
function registerKeys({ options, scrubber, keys }: Playable): void {
  for (const [name, value] of Object.entries(options.env)) {
    if (value === undefined || !KEY_NAME.test(name)) continue;
    scrubber.register(value);
    keys.add(value);
  }
}

/** What the app inherits, with the base URLs of its SDK pointing at the proxy. `shown` is safe to print. */
function appEnvironment(session: Playable): { env: NodeJS.ProcessEnv; shown: string[] } {
  const { options } = session;
  const variables = familyVariables(session);
  const port = options.appUrl === undefined ? "" : new URL(options.appUrl).port;
  if (port !== "" && options.env["PORT"] === undefined) variables["PORT"] = port;
  const env = { ...options.env };
  const shown: string[] = [];
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
    shown.push(value === undefined ? `${name} removed` : `${name}=${value}`);
  }
  return { env, shown };
}

const KEY_VARIABLES = {
  openai: "OPENAI_API_KEY",
  azure: "AZURE_OPENAI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  gemini: "GEMINI_API_KEY",
} as const;

/** The base URLs of the app's providers, and keys where a stub takes any. */
function familyVariables({ options, proxy }: Playable): Record<string, string | undefined> {
  const families = familiesOf(options.upstreams, options.family);
  const [first, ...others] = families.map(({ family }) => family);
  const set = settableTogether(families.map(({ family }) => family));
  for (const { family } of families) {
    if (set.includes(family)) continue;
    options.notify(
      `warning: the base URLs of ${first} and ${family} cannot both be variables (openai-node refuses to start); give the ${family} client ${proxy.url} in the app's own settings`,
    );
  }
  const variables = baseUrlVariables({ family: first ?? "openai", others, proxyUrl: proxy.url, env: options.env });
  for (const { family, onlyStubs } of families) {
    const key = KEY_VARIABLES[family];
    if (onlyStubs && set.includes(family) && !options.env[key]) variables[key] = "stub-key-not-a-secret";
  }
  return variables;
}

/** One call through the front door before the first phase: connection pools, caches and just-in-time compilation are not judged. */
export async function warmUp(session: Playable, stop: AbortSignal): Promise<void> {
  const { app, appUrl } = session.options;
  if (app?.frontDoor === undefined || appUrl === undefined) return;
  const { path, method, headers, bodies, deadlineMs } = app.frontDoor;
  const body = bodies[0]?.replaceAll("{{n}}", "0").replaceAll("{{call_id}}", "lc-00000000");
  try {
    const answer = await fetch(new URL(path, appUrl), {
      method,
      headers: { ...headers },
      redirect: "manual",
      signal: AbortSignal.any([stop, AbortSignal.timeout(deadlineMs)]),
      ...(body === undefined || method === "GET" ? {} : { body }),
    });
    await answer.arrayBuffer();
    if (answer.status === 404 || answer.status === 405) {
      throw new UserError(`the front door ${method} ${path} answers ${answer.status}`, {
        hint: "check app.front_door in llm-chaos.yaml",
      });
    }
    if (answer.status >= 400)
      session.options.notify(`warning: the warm-up call to ${method} ${path} was answered with ${answer.status}`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (stop.aborted) return;
    session.options.notify(`warning: the warm-up call to ${method} ${path} failed (${reasonOf(error)})`);
  }
}

/** fetch itself only says "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
