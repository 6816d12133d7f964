import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface ExampleApp {
  url: string;
  /** Posts a message to the front door and reads the whole answer. */
  chat(message: string, headers?: Record<string, string>): Promise<Answer>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: string;
  /** The text of the SSE events, joined. */
  text: string;
  /** The names of the SSE events that have one. */
  events: string[];
  tookMs: number;
}

/** Starts examples/<name>.mjs as its users do, as a process of its own on any free port. */
export async function startExample(name: string, env: Record<string, string>): Promise<ExampleApp> {
  const file = join(import.meta.dirname, "../../examples", `${name}.mjs`);
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env["PATH"], OPENAI_API_KEY: "sk-test-key-0001", PORT: "0", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await listeningUrl(child);
  return {
    url,
    async chat(message, headers = {}) {
      const startedMs = performance.now();
      const reply = await fetch(`${url}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ message }),
      });
      const body = await reply.text();
      const datas = [...body.matchAll(/^data: (\{"text".*)$/gm)].map(([, data]) => JSON.parse(data ?? "{}").text);
      const events = [...body.matchAll(/^event: (.*)$/gm)].map(([, event]) => event ?? "");
      const { status } = reply;
      return {
        status,
        headers: reply.headers,
        body,
        text: datas.join(""),
        events,
        tookMs: performance.now() - startedMs,
      };
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
      return child.exitCode;
    },
  };
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout?.setEncoding("utf8");
  for await (const part of child.stdout ?? []) {
    output += part;
    const url = /listening on (http:\S+)/.exec(output)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error(`the example ended before it listened: ${output}`);
}
