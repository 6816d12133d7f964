import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Server } from "../relay/processes.ts";

/** The program as users start it, in front of the bench's upstream, with a limit to watch and rules to judge on the way. */

const BIN = join(import.meta.dirname, "../../bin/llm-chaos.js");
const SCENARIO = `
name: bench
limits: [{ rpm: 1000000 }]
phases: [{ name: steady, lasts: 1h }]
expect:
  - success_rate: { at_least: 50%, at: proxy }
  - max_in_flight: { at_most: 5000 }
`;

export interface Program extends Server {
  /** `ws://…/control` */
  control: string;
}

export async function startProgram(upstream: string, options: { folder: string; token: string }): Promise<Program> {
  const scenario = join(options.folder, "bench.yaml");
  writeFileSync(scenario, SCENARIO);
  const ports = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"];
  const child = spawn(
    process.execPath,
    [
      BIN,
      "proxy",
      scenario,
      "--start",
      "--yes",
      "--upstream",
      upstream,
      ...ports,
      "--out",
      join(options.folder, "run"),
    ],
    {
      cwd: options.folder,
      env: { PATH: process.env["PATH"], LLM_CHAOS_TOKEN: options.token },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const find = async (pattern: RegExp): Promise<string> => {
    for (let tries = 0; tries < 200; tries++) {
      const found = pattern.exec(said)?.[1];
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the program did not start:\n${said}`);
  };
  return {
    url: await find(/^proxy +(http:\S+)/m),
    control: await find(/^control +(ws:\S+)/m),
    pid: child.pid ?? 0,
    stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}
