import { readFileSync } from "node:fs";
import { ChaosControl, type ControlInput, METHOD_NAMES, METHODS, paramNames } from "../control/index.ts";
import { UserError } from "../core/errors.ts";
import { controlTokenPath } from "../run/control-host.ts";
import { stateFolder } from "../run/run-folder.ts";
import { varsOf } from "../run/vars-of.ts";
import { findScenario } from "./shipped.ts";

export interface CtlFlags {
  control: string;
  controlTokenFile?: string;
  name?: string;
}

/** `llm-chaos ctl <method> [json]`: one call on a running proxy's control channel. `events.subscribe` prints a line for each event until it is stopped. */
export async function ctlCommand(method: string, json: string | undefined, flags: CtlFlags): Promise<number> {
  const params =
    method === "scenario.load" && json !== undefined && !json.trimStart().startsWith("{")
      ? sentFile(json)
      : parseParams(json);
  const control = new ChaosControl({
    url: controlUrl(flags.control),
    token: () => controlToken(flags.controlTokenFile),
    ...(flags.name !== undefined && { name: flags.name }),
  });
  try {
    if (method === "events.subscribe") return await printEvents(control, params);
    // The channel itself knows best which methods it has, also of another version.
    const result = await control.call(method as "status", params as Record<string, never>);
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    if (isHeld(params)) await stopped();
    return 0;
  } finally {
    control.close();
  }
}

/** What there is to call, for `ctl --help`. */
export function methodLines(): string {
  const width = Math.max(...METHOD_NAMES.map((name) => name.length));
  const lines = METHOD_NAMES.map((name) => {
    const names = paramNames(name);
    const params = names.length === 0 ? "" : `\n  ${" ".repeat(width)}  { ${names.join(", ")} }`;
    return `  ${name.padEnd(width)}  ${METHODS[name].summary}${params}`;
  });
  return `Methods (schema/control.openrpc.json has them in full):\n${lines.join("\n")}\n`;
}

async function printEvents(control: ChaosControl, params: unknown): Promise<number> {
  const { since, types } = params as ControlInput<"events.subscribe">;
  await control.follow((event) => void process.stdout.write(`${JSON.stringify(event)}\n`), {
    ...(since !== undefined && { since }),
    ...(types !== undefined && { types }),
    onLost: ({ message }) => void process.stderr.write(`${message}; trying again\n`),
  });
  await stopped();
  return 0;
}

/** A fault that is held ends with its connection: so the connection stays until Ctrl-C. */
function isHeld(params: unknown): boolean {
  return typeof params === "object" && params !== null && "hold" in params && params.hold === true;
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    process.stdout.once("error", () => resolve());
  });
}

/** `ctl scenario.load storm.yaml`: the file itself, with what its placeholders stand for here. */
function sentFile(path: string): unknown {
  const file = findScenario(path);
  try {
    const text = readFileSync(file, "utf8");
    return { text, vars: varsOf(text, process.env) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
    throw new UserError(`${path} ${why}`, { hint: "name a scenario file", cause: error });
  }
}

/** `host:port`, the whole URL, or the address of the dashboard, as a browser has it. Throws a UserError. */
export function controlUrl(address: string): string {
  const text = /^[a-z]+:\/\//i.test(address) ? address.replace(/^http/i, "ws") : `ws://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^wss?:$/.test(url.protocol)) {
    throw new UserError(`"${address}" is not the address of a control channel`, {
      hint: "write host:port, or ws://host:4142/control",
    });
  }
  if (url.pathname === "/") url.pathname = "/control";
  url.hash = "";
  return url.href;
}

/** LLM_CHAOS_TOKEN; else the given file's; else the one that a proxy in this folder made. */
export function controlToken(file: string | undefined): string {
  const path = file ?? controlTokenPath(stateFolder(process.cwd()));
  const given = process.env["LLM_CHAOS_TOKEN"];
  if (given) return given;
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new UserError(`no control token at ${path}`, {
      hint: `start the proxy in this folder, or name the token with --control-token-file or LLM_CHAOS_TOKEN`,
      cause: error,
    });
  }
}

function parseParams(json: string | undefined): unknown {
  if (json === undefined) return {};
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UserError(`the parameters are not JSON: ${error instanceof Error ? error.message : error}`, {
      hint: `for example '{"id":"live-1"}'`,
      cause: error,
    });
  }
}
