// A small service on one provider's wire format, named by PROVIDER. REACTION=careful waits as the provider announces, in
// whatever way it does; REACTION=knocks asks again at once. Nothing else tells the two apart.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ASKS } from "./wall-asks.ts";

const { PROVIDER = "openai", REACTION = "careful", PORT = "3000", OPENAI_BASE_URL = "" } = process.env;
const ask = ASKS[PROVIDER];
if (ask === undefined) throw new Error(`no provider ${PROVIDER}; there are ${Object.keys(ASKS).join(", ")}`);

/** The longest wait worth sitting out. */
const PATIENCE_MS = 1_500;
const KNOCKS = 6;
/** How long a refusal takes that needs no provider: closed-loop callers come back at once. */
const SHED_MS = 40;

let closedUntil = 0;

/** What the refusal asks for: a header, a time in a header, or words in the body; undefined when it says nothing. */
function announcedMs(headers: Headers, text: string): number | undefined {
  const told = headers.get("retry-after");
  if (told !== null) return Number.isNaN(Number(told)) ? Date.parse(told) - Date.now() : Number(told) * 1_000;
  const reset = Number(headers.get("x-ratelimit-reset") ?? 0);
  if (reset > 1e12) return reset - Date.now();
  const words = /"retryDelay":\s*"([\d.]+)s"|retry in ([\d.]+)s/.exec(text);
  return words === null ? undefined : Number(words[1] ?? words[2]) * 1_000;
}

/** One try; undefined when it was served, else the wait that was announced, or 250 to 500 ms. */
async function tryOnce(n: number, headers: Record<string, string>): Promise<number | undefined> {
  const body = JSON.stringify(ask?.body).replace("Say hello.", `Say hello to guest ${n}.`);
  const reply = await fetch(new URL(ask?.path ?? "/", OPENAI_BASE_URL), {
    method: "POST",
    headers: { "content-type": "application/json", ...ask?.headers, ...headers },
    body,
  });
  const text = await reply.text();
  if (reply.ok) return undefined;
  return announcedMs(reply.headers, text) ?? 250 + Math.random() * 250;
}

async function careful(n: number, headers: Record<string, string>): Promise<boolean> {
  if (Date.now() < closedUntil) {
    await sleep(SHED_MS);
    return false;
  }
  const waitMs = await tryOnce(n, headers);
  if (waitMs === undefined) return true;
  closedUntil = Math.max(closedUntil, Date.now() + waitMs);
  if (waitMs > PATIENCE_MS) return false;
  // A timer may be a millisecond early, and the wait counts from the last byte.
  await sleep(waitMs + 20);
  return (await tryOnce(n, headers)) === undefined;
}

async function knocks(n: number, headers: Record<string, string>): Promise<boolean> {
  for (let attempt = 0; attempt < KNOCKS; attempt++) {
    if ((await tryOnce(n, headers)) === undefined) return true;
    await sleep(10);
  }
  return false;
}

let calls = 0;
const server = createServer(async (req, res) => {
  if (req.method !== "POST") return res.end("ok");
  req.resume();
  const { traceparent } = req.headers;
  const headers: Record<string, string> = typeof traceparent === "string" ? { traceparent } : {};
  const served = await (REACTION === "careful" ? careful : knocks)(++calls, headers).catch(() => false);
  if (served) res.writeHead(200, { "content-type": "text/event-stream" }).end("event: done\ndata: {}\n\n");
  else res.writeHead(503).end("{}");
});
server.listen(Number(PORT), "127.0.0.1");
