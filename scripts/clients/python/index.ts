import type { CallStyle, ClientUnderTest } from "../client.ts";
import { startWorker, type Worker, type WorkerClient } from "./worker.ts";

export interface PythonClients {
  /** `Python 3.12.1` */
  runtime: string;
  clients: readonly ClientUnderTest[];
  close(): void;
}

/** The clients that are installed beside this interpreter. Throws when it cannot be started. */
export async function pythonClients(interpreter: string): Promise<PythonClients> {
  const worker = await startWorker(interpreter);
  return {
    runtime: `Python ${worker.version}`,
    clients: worker.clients.map((client) => clientOf(client, worker)),
    close: worker.close,
  };
}

function clientOf({ id, title, setup, versions, calls }: WorkerClient, worker: Worker): ClientUnderTest {
  return {
    id,
    title,
    language: "Python",
    packages: versions,
    ...(setup !== null && { setup }),
    calls: calls.map(
      (call): CallStyle => ({ ...call, run: (target) => worker.call({ client: id, call: call.id, target }) }),
    ),
  };
}
