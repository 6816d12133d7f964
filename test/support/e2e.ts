import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { ChaosEvent } from "../../src/core/event.ts";
import type { ReportedExpectation } from "../../src/core/report.ts";

/** The program as its users start it: bin/llm-chaos.js in a process of its own, in a folder of its own. */

export const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "bin/llm-chaos.js");

export interface Cli {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Waits for a line of stderr; the match. Fails when the program ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>;
}

export interface CliOptions {
  cwd: string;
  env?: Record<string, string>;
  /** Another command in place of node with the program's path, for example a shell that sets limits first. */
  through?: (program: readonly string[]) => readonly string[];
}

/** Starts the program; it is killed when the test ends, should it still run. */
export function startCli(args: readonly string[], options: CliOptions): Cli {
  assertBuilt();
  const program = [process.execPath, BIN, ...args];
  const [command = "", ...rest] = options.through?.(program) ?? program;
  const child = spawn(command, rest, {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], LANG: "C.UTF-8", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out = collect(child, "stdout");
  const err = collect(child, "stderr");
  const exited = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  return {
    pid: child.pid ?? 0,
    stdout: out.text,
    stderr: err.text,
    says: (pattern) => err.match(pattern, exited),
    signal: (name) => void child.kill(name),
    exited,
  };
}

/** Runs the program to its end. */
export async function runCli(args: readonly string[], options: CliOptions) {
  const cli = startCli(args, options);
  const code = await cli.exited;
  return { code, stdout: cli.stdout(), stderr: cli.stderr() };
}

/** `llm-chaos proxy` on any free port without a control channel, up and listening. */
export async function startProxyCli(args: readonly string[], options: CliOptions): Promise<Cli & { url: string }> {
  const control = args.includes("--control") ? [] : ["--control", "off"];
  const cli = startCli(["proxy", "--listen", "127.0.0.1:0", ...control, ...args], options);
  const [, url = ""] = await cli.says(/^proxy +(http:\S+)/m);
  return { ...cli, url };
}

/** A folder that goes away with the test. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The only run that was played in this folder. */
export function runFolderIn(cwd: string): string {
  const runs = join(cwd, ".llm-chaos/runs");
  const names = existsSync(runs) ? readdirSync(runs) : [];
  if (names.length !== 1) throw new Error(`expected one run folder in ${runs}, found: ${names.join(", ") || "none"}`);
  return join(runs, names[0] ?? "");
}

export function eventsOf(runFolder: string): ChaosEvent[] {
  const text = readFileSync(join(runFolder, "events.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** The part of report.json that these tests look at. */
export interface ReportFile {
  verdict: string;
  stopped: string | null;
  mode: string;
  amplification: number | null;
  expectations: ReportedExpectation[];
  faults: { name: string; hits: number }[];
  not_concluded: string[];
  calls: { front_door: number; logical: number; attempts: number; outcomes: Record<string, number> };
  load: {
    steps: { concurrency: number; shed: number; trustworthy: boolean }[];
    computed_wall: { concurrency: number; dimension: string } | null;
    sheds_at: { concurrency: number; after: number | null } | null;
    breaks_at: { concurrency: number; after: number | null } | null;
  };
}

export function reportOf(runFolder: string): ReportFile {
  return JSON.parse(readFileSync(join(runFolder, "report.json"), "utf8"));
}

/** Asked of the system and given back; whoever gets it takes it a moment later. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function collect(child: ChildProcess, name: "stdout" | "stderr") {
  const stream = child[name];
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (part: string) => {
    text += part;
  });
  return {
    text: () => text,
    async match(pattern: RegExp, exited: Promise<number | string>): Promise<RegExpExecArray> {
      let ended: number | string | undefined;
      void exited.then((code) => {
        ended = code;
      });
      for (;;) {
        const found = pattern.exec(text);
        if (found !== null) return found;
        if (ended !== undefined) throw new Error(`ended with ${ended} before it said ${pattern}:\n${text}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

let checked = false;

/** These tests run what is built. One that passes on yesterday's build says nothing. */
function assertBuilt(): void {
  if (checked) return;
  const built = join(ROOT, "dist/cli/main.js");
  if (!existsSync(built)) throw new Error("there is no dist; run: npm run build");
  const builtAt = newest(join(ROOT, "dist"), ".js");
  if (newest(join(ROOT, "src"), ".ts") > builtAt) throw new Error("dist is older than src; run: npm run build");
  checked = true;
}

function newest(folder: string, ending: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(ending));
  return Math.max(0, ...files.map((file) => statSync(join(folder, file)).mtimeMs));
}
