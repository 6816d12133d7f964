// A small chat service as it is often written. It works on every sunny day; each comment marked "Sin" names what a
// provider's limit will make of it. Start it with: PORT=3000 OPENAI_API_KEY=… node naive-app.mjs
import { createServer } from "node:http";
import OpenAI from "openai";

const MODEL = process.env.PRIMARY_MODEL ?? "gpt-4o";
const MAX_ATTEMPTS = Number(process.env.MAX_ATTEMPTS ?? 10);
// Sin: a fixed pause far shorter than any wait a provider announces, the same for every caller.
const RETRY_PAUSE_MS = Number(process.env.RETRY_PAUSE_MS ?? 100);

// Base URL and key come from OPENAI_BASE_URL and OPENAI_API_KEY. "We retry ourselves, so the SDK need not."
const openai = new OpenAI({ maxRetries: 0 });

async function chat(message, headers, res) {
  let started = false;
  for (let attempt = 1; ; attempt++) {
    try {
      // Sin: no timeout and no signal. A stalled stream hangs for ever, and goes on when the user has left.
      const stream = await openai.chat.completions.create(
        { model: MODEL, messages: [{ role: "user", content: message }], max_completion_tokens: 256, stream: true },
        { headers },
      );
      for await (const chunk of stream) {
        const text = chunk.choices[0]?.delta?.content;
        if (!text) continue;
        if (!started) res.writeHead(200, { "content-type": "text/event-stream" });
        started = true;
        res.write(`data: ${JSON.stringify({ text })}\n\n`);
      }
      // Sin: the finish reason is never looked at, so a stream that merely ended counts as a whole answer.
      break;
    } catch (error) {
      // Sin: a broken stream that has begun is passed on as if it were whole.
      if (started) break;
      // Sin: every error is tried again (a wrong key too), and Retry-After is never read.
      if (attempt >= MAX_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
    }
  }
  if (!started) res.writeHead(200, { "content-type": "text/event-stream" });
  res.end("event: done\ndata: {}\n\n");
}

// Sin: no bound on how many requests are worked on at once.
const server = createServer(async (req, res) => {
  try {
    if (req.method === "GET" && req.url === "/healthz") return res.end("ok");
    if (req.method !== "POST" || req.url !== "/chat") return res.writeHead(404).end();
    let body = "";
    for await (const part of req) body += part;
    const { message } = JSON.parse(body);
    // The caller's trace goes on to the provider.
    const { traceparent } = req.headers;
    await chat(message, traceparent ? { traceparent } : {}, res);
  } catch (error) {
    // Sin: the user reads the provider's own words.
    if (!res.headersSent) res.writeHead(500, { "content-type": "application/json" });
    res.end(JSON.stringify({ error: error.message }));
  }
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(0), 5_000).unref();
});
