// An agent in small: five LLM calls for one request of a user, one after another, none of them a retry.
// Start it with: PORT=3000 OPENAI_API_KEY=… node agent-app.mjs
import { createServer } from "node:http";
import OpenAI from "openai";

const MODEL = process.env.PRIMARY_MODEL ?? "gpt-4o";
const TIMEOUT_MS = Number(process.env.TIMEOUT_MS ?? 10_000);
const openai = new OpenAI({ maxRetries: 0, timeout: TIMEOUT_MS });

/** What is asked in turn; each step reads the message and what the step before found. */
const STEPS = [
  (message) => `List the steps that are needed for this: ${message}`,
  (message, plan) => `What must be looked up for "${message}", given the plan: ${plan}`,
  (message, facts) => `Sort these findings by how much they matter for "${message}": ${facts}`,
  (message, sorted) => `Write a short answer to "${message}" from: ${sorted}`,
  (message, draft) => `Correct this answer to "${message}" and keep it short: ${draft}`,
];

async function work(message, options) {
  let found = "";
  for (const step of STEPS) {
    const reply = await openai.chat.completions.create(
      { model: MODEL, messages: [{ role: "user", content: step(message, found) }], max_completion_tokens: 256 },
      options,
    );
    const [choice] = reply.choices;
    if (choice?.finish_reason !== "stop") throw new Error("a step's answer was not whole");
    found = choice.message.content;
  }
  return found;
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
  const reply = (status, value, headers = {}) => {
    if (!res.headersSent) res.writeHead(status, { "content-type": "application/json", ...headers });
    res.end(JSON.stringify(value));
  };
  if (req.method === "GET" && req.url === "/healthz") return res.end("ok");
  if (req.method !== "POST" || req.url !== "/chat") return reply(404, { error: "not found" });
  const left = new AbortController();
  res.on("close", () => left.abort());
  const { traceparent } = req.headers; // one trace for all five calls: that is how they are known to belong together
  try {
    const message = await readMessage(req);
    if (!message) return reply(400, { error: 'send {"message": "…"}' });
    const text = await work(message, { headers: traceparent ? { traceparent } : {}, signal: left.signal });
    reply(200, { text, steps: STEPS.length });
  } catch (error) {
    // A refusal is handed on as one: the caller may come back, the agent does not try by itself.
    const told = error.headers?.get("retry-after") ?? "1";
    if (error.status === 429 || error.status === 503) reply(503, { error: "busy" }, { "retry-after": told });
    else reply(502, { error: "no answer could be made" });
  }
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), TIMEOUT_MS).unref();
});
