// The same small chat service, written for the day the provider says no: it waits as told, falls back to a smaller
// model, bounds its own concurrency, sheds what it cannot serve, and never sells half an answer as a whole one.
// Start it with: PORT=3000 OPENAI_API_KEY=… node good-app.mjs
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const setting = (name, fallback) => Number(process.env[name] ?? fallback);
const MAX_IN_FLIGHT = setting("MAX_IN_FLIGHT", 8);
const MAX_QUEUED = setting("MAX_QUEUED", 4);
const MAX_QUEUE_MS = setting("MAX_QUEUE_MS", 1_000);
const PATIENCE_MS = setting("PATIENCE_MS", 1_000); // the longest announced wait worth sitting out
const STALL_MS = setting("STALL_MS", 5_000); // the longest silence, before the first token and between tokens
const DEADLINE_MS = setting("DEADLINE_MS", 12_000); // for everything one user's request needs

// `openAt`: no call of this process tries the model before. `shaky`: it refused last; one call at a time may try it.
const models = [process.env.PRIMARY_MODEL ?? "gpt-4o", process.env.FALLBACK_MODEL ?? "gpt-4o-mini"].map((name) => {
  return { name, openAt: 0, shaky: false, probing: false };
});
// No retries in the SDK: only here is it known what the provider told the other calls.
const openai = new OpenAI({ maxRetries: 0 });

/** A refusal that tells the user when to come back. */
const shed = (waitMs) => Object.assign(new Error("busy"), { retryAfter: Math.max(1, Math.ceil(waitMs / 1_000)) });

let inFlight = 0;
const queue = [];

/** Admission: a place at once, or a short wait in the queue, or a refusal. */
async function enter() {
  if (inFlight < MAX_IN_FLIGHT) return void inFlight++;
  if (queue.length >= MAX_QUEUED) throw shed(MAX_QUEUE_MS);
  const turn = Promise.withResolvers();
  queue.push(turn);
  const timer = setTimeout(() => {
    queue.splice(queue.indexOf(turn), 1);
    turn.reject(shed(MAX_QUEUE_MS));
  }, MAX_QUEUE_MS);
  await turn.promise.finally(() => clearTimeout(timer));
}

/** The place goes to the next in the queue. */
function leave() {
  const next = queue.shift();
  if (next) next.resolve();
  else inFlight--;
}

/** Answers from the first model that is open. A wait is sat out once when it is short; else the next model is asked. */
async function chat(call) {
  for (const model of models) {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const waitMs = model.openAt - Date.now();
      const probe = model.shaky;
      if (waitMs > PATIENCE_MS || (probe && model.probing)) break;
      if (probe) model.probing = true;
      try {
        if (waitMs > 0) await sleep(waitMs, undefined, { signal: call.signal });
        await stream(model, call);
        if (probe) model.shaky = false;
        return;
      } catch (error) {
        if (call.signal.aborted) throw error;
        if (error.status >= 400 && error.status < 500 && error.status !== 429) throw error; // asking again cannot help
        model.shaky = true;
        model.openAt = Math.max(model.openAt, Date.now() + announcedMs(error));
        if (error.status !== 429) break;
      } finally {
        if (probe) model.probing = false;
      }
    }
  }
  throw shed(Math.min(...models.map(({ openAt }) => openAt)) - Date.now());
}

/** The wait the provider asks for: Retry-After in seconds or as a date; a second when it says nothing. */
function announcedMs({ code, headers }) {
  if (code === "insufficient_quota") return 60_000; // an empty account does not fill in seconds
  const told = headers?.get("retry-after") ?? "1";
  return Number(told) * 1_000 || Date.parse(told) - Date.now() || 1_000;
}

/** Passes one model's stream on. Throws only while the user has seen nothing, so that another model may answer. */
async function stream(model, { message, headers, signal, res }) {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), STALL_MS);
  let finish;
  try {
    const chunks = await openai.chat.completions.create(
      { model: model.name, messages: [{ role: "user", content: message }], max_completion_tokens: 256, stream: true },
      { headers, signal: AbortSignal.any([signal, stalled.signal]) },
    );
    for await (const chunk of chunks) {
      timer.refresh();
      const [choice] = chunk.choices;
      finish = choice?.finish_reason ?? finish;
      if (!choice?.delta?.content) continue;
      if (!res.headersSent) res.writeHead(200, { "content-type": "text/event-stream", "x-model": model.name });
      res.write(`data: ${JSON.stringify({ text: choice.delta.content })}\n\n`);
    }
  } catch (error) {
    if (!res.headersSent) throw error;
  } finally {
    clearTimeout(timer);
  }
  if (!res.headersSent) throw new Error("the stream ended without any text");
  // Only the model's own "stop" makes a whole answer; a stream can end early without any error.
  res.end(finish === "stop" ? "event: done\ndata: {}\n\n" : 'event: incomplete\ndata: {"truncated": true}\n\n');
}

/** The message of a request body; undefined when it has none. */
async function readMessage(req) {
  let body = "";
  for await (const part of req) body += part;
  try {
    return JSON.parse(body).message;
  } catch {}
}

const server = createServer(async (req, res) => {
  const refuse = (status, error, headers = {}) => {
    if (!res.headersSent) res.writeHead(status, { "content-type": "application/json", ...headers });
    res.end(JSON.stringify({ error }));
  };
  if (req.method === "GET" && req.url === "/healthz") return res.end("ok");
  if (req.method !== "POST" || req.url !== "/chat") return refuse(404, "not found");
  const left = new AbortController();
  res.on("close", () => left.abort());
  const signal = AbortSignal.any([left.signal, AbortSignal.timeout(DEADLINE_MS)]);
  const { traceparent } = req.headers; // the caller's trace goes on to the provider
  try {
    const message = await readMessage(req);
    if (!message) return refuse(400, 'send {"message": "…"}');
    await enter();
    await chat({ message, headers: traceparent ? { traceparent } : {}, signal, res }).finally(leave);
  } catch (error) {
    if (error.retryAfter) refuse(503, "busy, please try again", { "retry-after": String(error.retryAfter) });
    else refuse(signal.aborted ? 504 : 502, "no answer could be made"); // the provider's own words stay inside
  }
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), DEADLINE_MS).unref();
});
