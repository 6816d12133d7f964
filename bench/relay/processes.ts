import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Job, Measured, Ready } from "./protocol.ts";

/** A process of the bench that listens. */
export interface Server {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts a module beside this one and waits until it listens. What it logs goes nowhere, as into a file nobody reads. */
export async function startServer(name: string, args: string[], execArgv: string[] = []): Promise<Server> {
  const child = forkBeside(name, args, execArgv);
  const { port } = (await answerOf(child)) as unknown as Ready;
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop: () => stopped(child) };
}

export interface Client {
  measure(job: Job): Promise<Measured>;
  stop(): Promise<void>;
}

export function startClient(): Client {
  const child = forkBeside("client.ts", [], []);
  return {
    async measure(job) {
      child.send(job);
      return (await answerOf(child)) as unknown as Measured;
    },
    stop: () => stopped(child),
  };
}

function forkBeside(name: string, args: string[], execArgv: string[]): ChildProcess {
  const errors = process.env["BENCH_STDERR"] === undefined ? "ignore" : "inherit";
  return fork(fileURLToPath(new URL(name, import.meta.url)), args, {
    execArgv,
    stdio: ["ignore", "ignore", errors, "ipc"],
  });
}

function answerOf(child: ChildProcess): Promise<Serializable> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`a bench process ended with ${code}; BENCH_STDERR=1 shows why`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}

/** The children leave when their channel closes, so that a profile they were asked for is written. */
function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.disconnect();
  });
}

export interface Watched {
  /** Megabytes of resident memory at most; undefined where /proc is missing. */
  peakMegabytes: number | undefined;
  /** Milliseconds of processor time, all threads; counted in steps of 10 ms. */
  processorMs: number | undefined;
}

/** What a process uses from now until `stop`. */
export function watchProcess(pid: number): { stop(): Watched } {
  const before = processorMs(pid);
  let peak: number | undefined;
  const look = () => {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readProc(pid, "status"))?.[1];
    if (kilobytes !== undefined) peak = Math.max(peak ?? 0, Number(kilobytes) / 1_024);
  };
  const timer = setInterval(look, 50);
  look();
  return {
    stop() {
      look();
      clearInterval(timer);
      const after = processorMs(pid);
      const used = before === undefined || after === undefined ? undefined : after - before;
      return { peakMegabytes: peak, processorMs: used };
    },
  };
}

/** User and system time stand 14th and 15th, counted behind the name in brackets, in hundredths of a second. */
function processorMs(pid: number): number | undefined {
  const stat = readProc(pid, "stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return stat === "" ? undefined : (Number(fields[11]) + Number(fields[12])) * 10;
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
