// A careful chat service that can be given one sin: REACTION names it. Everything else stays careful, so a scenario that
// tells the two apart tells them apart by that sin alone.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI from "openai";

const setting = (name, fallback) => Number(process.env[name] ?? fallback);
const FIRST_MS = setting("FIRST_MS", 1_200); // to the first token
const COLD_MS = 10_000; // the same for the very first call, when everything is still being loaded
const CHUNK_MS = setting("CHUNK_MS", 700); // between tokens
const PATIENCE_MS = setting("PATIENCE_MS", 1_500); // the longest wait worth sitting out
const MAX_IN_FLIGHT = setting("MAX_IN_FLIGHT", 6);
const BREAK_MS = setting("BREAK_MS", 300); // how long nobody asks a provider that is down
const MODELS = [process.env.PRIMARY_MODEL ?? "gpt-4o", process.env.FALLBACK_MODEL ?? "gpt-4o-mini"];

/** Backoff that grows and is jittered, for when nothing was announced. */
const backoffMs = (attempt) => 100 * 2 ** attempt * (0.75 + Math.random() / 2);
const isTimeout = (error) => error.name === "AbortError" || error instanceof OpenAI.APIUserAbortError;
const isQuota = (error) => error.type === "insufficient_quota" || error.code === "insufficient_quota";

/** What the provider asks for: header, else its words; undefined when it says nothing. */
function announcedMs({ headers, message }) {
  const told = headers?.get("retry-after");
  if (told) return Number(told) * 1_000 || Date.parse(told) - Date.now();
  const [, amount, unit] = /try again in ([\d.]+)(ms|s)/.exec(message ?? "") ?? [];
  return amount === undefined ? undefined : Number(amount) * (unit === "ms" ? 1 : 1_000);
}

const careful = {
  models: MODELS,
  sdkRetries: 0,
  attempts: 2,
  patienceMs: PATIENCE_MS,
  maxInFlight: MAX_IN_FLIGHT,
  breakMs: BREAK_MS,
  firstMs: FIRST_MS,
  chunkMs: CHUNK_MS,
  /** Retrying can help; without a status the connection or the stream broke. */
  mayRetry: (error) => !isQuota(error) && (error.status === undefined || error.status === 429 || error.status >= 500),
  pauseMs: (error, attempt) => announcedMs(error) ?? backoffMs(attempt),
  /** Asked of each error before anything else, as an app does that reads more out of an error than is in it. */
  inspect: () => {},
  /** Asked of each answer's headers. */
  holdMs: () => 0,
  checksFinish: true,
  checksEmpty: true,
  checksTools: true,
  countsPings: false,
  swallowsErrors: false,
};

/** Each sin is one difference, often seen in one of the incidents that the scenarios name. */
const sins = {
  careful: {},
  "sleeps-any-retry-after": { patienceMs: Number.POSITIVE_INFINITY, attempts: 3 },
  "backs-off-for-minutes": {
    attempts: 40,
    patienceMs: Number.POSITIVE_INFINITY,
    pauseMs: (_, attempt) => Math.min(300, 50 * attempt),
  },
  "reads-headers-only": { attempts: 5, pauseMs: ({ headers }) => Number(headers?.get("retry-after") ?? 0.1) * 1_000 },
  "retries-at-once": { attempts: 10, pauseMs: () => 0 },
  "two-layers-of-retries": { sdkRetries: 2, attempts: 4, pauseMs: () => 0 },
  "quota-as-rate-limit": {
    attempts: 6,
    mayRetry: (error) => error.status === 429 || careful.mayRetry(error),
    pauseMs: () => 50,
  },
  "believes-headers": {
    holdMs: (headers) => (Number(headers.get("x-ratelimit-remaining-requests")) <= 0 ? 60_000 : 0),
  },
  "swallows-errors": { models: MODELS.slice(0, 1), swallowsErrors: true },
  "takes-an-error-for-the-end": { checksFinish: false },
  "retries-only-statuses": { mayRetry: (error) => error.status !== undefined && careful.mayRetry(error) },
  "retries-4xx": { attempts: 8, mayRetry: () => true, pauseMs: () => 20 },
  "runs-any-tool-call": { checksTools: false },
  "no-timeout": { firstMs: 600_000, chunkMs: 600_000 },
  "counts-pings": { countsPings: true },
  "breaker-never-closes": { breakMs: 600_000 },
  "no-fallback": { models: MODELS.slice(0, 1) },
  "parses-error-pages": {
    inspect: ({ status, error }) => {
      if (status !== undefined) void error.type; // a page is no JSON: there is no such thing
    },
  },
  "indexes-the-last-chunk": {
    checksEmpty: false,
    mayRetry: (error) => !(error instanceof TypeError) && careful.mayRetry(error),
  },
  "no-admission": { maxInFlight: Number.POSITIVE_INFINITY },
};

const named = process.env.REACTION ?? "careful";
if (!Object.hasOwn(sins, named)) throw new Error(`no reaction ${named}; there are ${Object.keys(sins).join(", ")}`);
const reaction = { ...careful, ...sins[named] };

const tools = [
  {
    type: "function",
    function: {
      name: "look_up",
      parameters: { type: "object", properties: { city: { type: "string" }, days: { type: "integer" } } },
    },
  },
];
const withTools = process.env.TOOLS === "1" ? { tools, tool_choice: "required" } : {};

const openai = new OpenAI({ maxRetries: reaction.sdkRetries, fetch: watchedFetch });
let inFlight = 0;
let failedInARow = 0;
let shutUntil = 0;
let isWarm = false;

class Refusal extends Error {}

/** Shows every byte that arrives to whoever asked for it, pings too. */
async function watchedFetch(url, { onBytes, ...init }) {
  const reply = await fetch(url, init);
  if (onBytes === undefined || reply.body === null) return reply;
  const watched = reply.body.pipeThrough(
    new TransformStream({
      transform(bytes, controller) {
        onBytes();
        controller.enqueue(bytes);
      },
    }),
  );
  return new Response(watched, reply);
}

async function answer(call) {
  if (Date.now() < shutUntil || inFlight >= reaction.maxInFlight) throw new Refusal();
  inFlight++;
  try {
    for (const model of reaction.models) {
      if (!(await fromModel(model, call))) continue;
      failedInARow = 0;
      return;
    }
    if (++failedInARow >= 2) shutUntil = Date.now() + reaction.breakMs; // one may be bad luck
    throw new Refusal();
  } finally {
    inFlight--;
  }
}

/** False when this model gives no answer now. */
async function fromModel(model, call) {
  for (let attempt = 1; attempt <= reaction.attempts; attempt++) {
    try {
      await ask(model, call);
      return true;
    } catch (error) {
      if (call.res.headersSent || call.res.destroyed) throw error;
      reaction.inspect(error);
      if (isTimeout(error) || error.status === 404) return false;
      if (!reaction.mayRetry(error)) throw error;
      const pauseMs = reaction.pauseMs(error, attempt);
      if (attempt === reaction.attempts || pauseMs > reaction.patienceMs) return false;
      await sleep(pauseMs, undefined, { signal: call.left });
    }
  }
  return false;
}

async function ask(model, { message, headers, left, res }) {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), isWarm ? reaction.firstMs : COLD_MS);
  isWarm = true;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), reaction.chunkMs);
  };
  try {
    const request = { model, messages: [{ role: "user", content: message }], max_completion_tokens: 256, stream: true };
    const { data: chunks, response } = await openai.chat.completions
      .create(
        { ...request, ...withTools },
        {
          headers,
          signal: AbortSignal.any([left, stalled.signal]),
          ...(reaction.countsPings && { fetchOptions: { onBytes: alive } }),
        },
      )
      .withResponse();
    shutUntil = Math.max(shutUntil, Date.now() + reaction.holdMs(response.headers));
    const seen = await passOn(chunks, { alive, res, model });
    if (seen.toolArguments !== "") passOnTool(seen.toolArguments, { res, model });
    else if (!reaction.checksEmpty) void seen.last.choices; // an answer has a last chunk, has it not?
    if (!res.headersSent) stalled.signal.throwIfAborted(); // the SDK ends an aborted stream as if it were over
    if (!res.headersSent) throw new Error("the stream ended without any text");
    finish(res, reaction.checksFinish ? seen.finish : "stop");
  } catch (error) {
    if (!res.headersSent) throw error;
    finish(res, reaction.checksFinish ? undefined : "stop");
  } finally {
    clearTimeout(timer);
  }
}

async function passOn(chunks, { alive, res, model }) {
  const seen = { last: undefined, finish: undefined, toolArguments: "" };
  for await (const chunk of chunks) {
    seen.last = chunk;
    alive();
    const [choice] = chunk.choices;
    seen.finish = choice?.finish_reason ?? seen.finish;
    seen.toolArguments += choice?.delta?.tool_calls?.[0]?.function?.arguments ?? "";
    if (choice?.delta?.content) say(choice.delta.content, { res, model });
  }
  return seen;
}

function say(text, { res, model }) {
  if (!res.headersSent) res.writeHead(200, { "content-type": "text/event-stream", "x-model": model });
  res.write(`data: ${JSON.stringify({ text })}\n\n`);
}

/** Runs the tool and tells what came out. Broken arguments are the model's mistake: it is asked again. */
function passOnTool(text, { res, model }) {
  let given = {};
  try {
    given = JSON.parse(text);
  } catch {
    if (reaction.checksTools) throw new Error("the arguments of the tool call are no JSON");
  }
  if (given.city === undefined) throw Object.assign(new Error("the tool was run without a city"), { status: 422 });
  say(`It rains in ${given.city}.`, { res, model });
}

/** Only the model's own end makes a whole answer. */
function finish(res, reason) {
  const whole = reason === "stop" || reason === "tool_calls";
  res.end(whole ? "event: done\ndata: {}\n\n" : 'event: incomplete\ndata: {"truncated": true}\n\n');
}

const server = createServer(async (req, res) => {
  if (req.method !== "POST") return res.end("ok");
  let body = "";
  for await (const part of req) body += part;
  const left = new AbortController();
  res.on("close", () => left.abort());
  const { traceparent } = req.headers; // the caller's trace goes on to the provider
  const headers = traceparent ? { traceparent } : {};
  try {
    await answer({ message: JSON.parse(body).message, headers, left: left.signal, res });
  } catch (error) {
    if (res.headersSent || res.destroyed) return res.end();
    if (reaction.swallowsErrors) return res.writeHead(200, { "content-type": "text/event-stream" }).end();
    const busy = error instanceof Refusal || isQuota(error) || error.status === 401;
    res.writeHead(busy ? 503 : 502).end("{}");
  }
});
server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
