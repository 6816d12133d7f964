// All clients of the exam in one process, each below its own path. The proxy's address comes with each request, so that
// several runs can use one process.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { askOnce } from "./ask.ts";
import { type Call, failed, type Memory, type Reply } from "./client.ts";
import { clients } from "./clients/index.ts";

interface Run {
  calls: number;
  memory: Memory;
}

/** By client and proxy: a client remembers nothing of another run. */
const runs = new Map<string, Run>();

function runOf(client: string, base: string): Run {
  const key = `${client} ${base}`;
  const known = runs.get(key);
  if (known !== undefined) return known;
  const memory: Memory = { closedUntil: 0, inFlight: 0, failedInARow: 0, notes: new Map(), waiting: [] };
  const fresh: Run = { calls: 0, memory };
  runs.set(key, fresh);
  return fresh;
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, name = ""] = (request.url ?? "/").split("/");
  const client = clients.get(name);
  if (client === undefined || request.method !== "POST") {
    response.writeHead(client === undefined ? 404 : 200).end("{}");
    return;
  }
  let body = "";
  for await (const part of request) body += part;
  const base = String(request.headers["x-exam-proxy"]);
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const run = runOf(name, base);
  const { message } = JSON.parse(body) as { message: string };
  const { traceparent } = request.headers;
  const line = { base, message, traceparent: traceparent?.toString(), left: gone.signal };
  const call: Call = {
    n: ++run.calls,
    message,
    left: gone.signal,
    memory: run.memory,
    ask: (ask = {}) => askOnce(line, ask),
  };
  const reply: Reply = await client.answer(call).catch((error: unknown) => {
    if (!gone.signal.aborted) console.error(`${name}: ${error instanceof Error ? error.stack : error}`);
    return failed();
  });
  const { status, text = "", truncated = false, model } = reply;
  response.writeHead(status, {
    "content-type": "application/json",
    ...(model !== undefined && { "x-model": model }),
  });
  response.end(JSON.stringify({ text, truncated }));
}

const server = createServer((request, response) => void serve(request, response));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : 0 });
});
process.on("disconnect", () => process.exit(0));
