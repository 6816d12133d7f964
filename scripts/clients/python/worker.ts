import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { CallStyle, Returned, Target } from "../client.ts";
import { ReportedError, type Thrown } from "../thrown.ts";

export interface WorkerClient {
  id: string;
  title: string;
  setup: string | null;
  versions: Record<string, string>;
  calls: readonly Omit<CallStyle, "run">[];
}

export interface Worker {
  version: string;
  clients: readonly WorkerClient[];
  call(request: { client: string; call: string; target: Target }): Promise<Returned>;
  close(): void;
}

type Message = { id: number } & (
  | { thrown: Thrown }
  | { end: "returned"; finish?: string | null; text?: string; oddity?: string }
  | { text: string }
);

interface Waiting {
  target: Target;
  resolve(returned: Returned): void;
  reject(error: Error): void;
}

/** One process for all calls: a client takes seconds to load. */
export async function startWorker(interpreter: string): Promise<Worker> {
  const child = spawn(interpreter, [join(import.meta.dirname, "worker.py")], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout });
  const waiting = new Map<number, Waiting>();
  let calls = 0;

  const first = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${interpreter} ended with ${code} before it was ready`)));
  });
  const { python, clients }: { python: string; clients: WorkerClient[] } = JSON.parse(first);

  lines.on("line", (line) => {
    const message: Message = JSON.parse(line);
    const call = waiting.get(message.id);
    if (call === undefined) return;
    if ("thrown" in message) call.reject(new ReportedError(message.thrown));
    else if ("end" in message) call.resolve(returnedOf(message));
    else return call.target.sawText(message.text);
    waiting.delete(message.id);
  });

  return {
    version: python,
    clients,
    call: ({ client, call, target }) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, { target, resolve, reject });
        const { url, key, timeoutMs = null } = target;
        child.stdin.write(`${JSON.stringify({ id, client, call, url, key, timeout_ms: timeoutMs })}\n`);
      }),
    close: () => void child.kill(),
  };
}

function returnedOf({ finish, text, oddity }: { finish?: string | null; text?: string; oddity?: string }): Returned {
  return {
    finish: finish ?? undefined,
    ...(text !== undefined && { text }),
    ...(oddity !== undefined && { oddity }),
  };
}
