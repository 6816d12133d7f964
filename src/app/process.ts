import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { type Clock, sleep } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import type { Scrubber } from "../core/secrets.ts";

export interface AppOptions {
  /** Program and arguments; no shell reads them. See `shellCommand` for a command line. */
  command: readonly string[];
  /** The whole environment of the app. */
  env: Readonly<Record<string, string | undefined>>;
  /** Default: ours. */
  cwd?: string;
  clock: Clock;
  scrubber: Scrubber;
  /** One line of the app's output, without its end and without secrets. */
  onOutput(line: string, stream: "stdout" | "stderr"): void;
}

export interface AppEnd {
  code: number | null;
  signal: string | null;
}

export interface RunningApp {
  readonly pid: number;
  /** When the command itself ends; processes it started may live on until `stop`. */
  exited: Promise<AppEnd>;
  /** Ends the whole process group: TERM, after 10 s KILL. Resolves when nothing of it is left. */
  stop(): Promise<void>;
}

const TERM_GRACE_MS = 10_000;
/** When the command is gone and nobody holds its output any more, what is left is most likely a zombie that its new parent does not collect. */
const QUIET_GRACE_MS = 1_000;
const LOOK_AGAIN_MS = 50;
/** A longer line is passed on in pieces. */
const LONGEST_LINE = 65_536;

/** A command line as a shell reads it, for `app.start`. */
export function shellCommand(commandLine: string): string[] {
  return ["/bin/sh", "-c", commandLine];
}

/** Starts the app as the leader of a process group of its own. Throws a UserError when the command cannot be started. */
export function startApp(options: AppOptions): RunningApp {
  const [program = "", ...args] = options.command;
  if (program === "")
    throw new UserError("the app command is empty", { hint: "write it after --: run scenario.yaml -- npm start" });
  const child = spawnGroup(program, args, options);
  const { pid } = child;
  if (pid === undefined) {
    throw new UserError(`the app command "${program}" cannot be started: not found, or not a program that may be run`, {
      hint: "try it alone in the same terminal",
    });
  }
  const group = createGroup(pid);
  // A group of its own does not hear our terminal's Ctrl-C: without this it would outlive a run that leaves at once.
  const killWithUs = () => group.signal("SIGKILL");
  process.once("exit", killWithUs);
  const exited = new Promise<AppEnd>((resolve) => {
    child.once("exit", (code, signal) => {
      group.look();
      resolve({ code, signal });
    });
  });
  const quiet = new Promise<void>((resolve) => child.once("close", () => resolve()));
  passOn(child.stdout, "stdout", options);
  passOn(child.stderr, "stderr", options);
  let stopped: Promise<void> | undefined;
  return {
    pid,
    exited,
    stop() {
      stopped ??= stopGroup(group, options.clock, quiet).finally(() => process.off("exit", killWithUs));
      return stopped;
    },
  };
}

function spawnGroup(program: string, args: string[], { env, cwd }: AppOptions): ChildProcess {
  const child = spawn(program, args, {
    env: { ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  // Reported by the missing pid; an error event without a listener would end our process.
  child.on("error", () => {});
  return child;
}

interface Group {
  /** Sends a signal to every process of the group; 0 only looks. False: nothing is left. */
  signal(signal: "SIGTERM" | "SIGKILL"): boolean;
  look(): boolean;
}

/** Once it was seen empty it is never signalled again: its number may belong to others by then. */
function createGroup(pid: number): Group {
  let gone = false;
  const send = (signal: NodeJS.Signals | 0): boolean => {
    if (gone) return false;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      gone = !(error instanceof Error && "code" in error && error.code === "EPERM");
    }
    return !gone;
  };
  return { signal: send, look: () => send(0) };
}

async function stopGroup(group: Group, clock: Clock, quiet: Promise<void>): Promise<void> {
  if (!group.signal("SIGTERM")) return;
  let killAtMs = clock.nowMs() + TERM_GRACE_MS;
  void quiet.then(() => {
    killAtMs = Math.min(killAtMs, clock.nowMs() + QUIET_GRACE_MS);
  });
  while (group.look() && clock.nowMs() < killAtMs) await sleep(clock, LOOK_AGAIN_MS);
  group.signal("SIGKILL");
  await Promise.race([quiet, sleep(clock, QUIET_GRACE_MS)]);
}

function passOn(source: Readable | null, stream: "stdout" | "stderr", { scrubber, onOutput }: AppOptions): void {
  let rest = "";
  const say = (line: string) => onOutput(scrubber.scrub(line.endsWith("\r") ? line.slice(0, -1) : line), stream);
  source?.setEncoding("utf8");
  source?.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) say(line);
    if (rest.length > LONGEST_LINE) {
      say(rest);
      rest = "";
    }
  });
  source?.on("end", () => {
    if (rest !== "") say(rest);
  });
  source?.on("error", () => {});
}
