// An app with two providers: OpenAI answers, and when it refuses, Anthropic does. Both by their official SDKs, which are told
// where to call by nothing but the variables that `run` sets.
import { createServer } from "node:http";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const openai = new OpenAI({ maxRetries: 0 });
const anthropic = new Anthropic({ maxRetries: 0 });

async function ask(content, options) {
  const messages = [{ role: "user", content }];
  try {
    const reply = await openai.chat.completions.create({ model: "gpt-4o", messages }, options);
    return { text: reply.choices[0].message.content, by: "openai" };
  } catch (error) {
    if (error.status !== 429) throw error;
    const reply = await anthropic.messages.create({ model: "sample-model", max_tokens: 256, messages }, options);
    return { text: reply.content[0].text, by: "anthropic" };
  }
}

const server = createServer(async (req, res) => {
  if (req.method !== "POST") return res.end("ok");
  let body = "";
  for await (const part of req) body += part;
  const { traceparent } = req.headers;
  try {
    const { text, by } = await ask(JSON.parse(body).message, { headers: traceparent ? { traceparent } : {} });
    res.setHeader("x-answered-by", by).end(JSON.stringify({ text }));
  } catch (error) {
    console.error(error.message);
    res.writeHead(502).end("{}");
  }
});
server.listen(Number(process.env.PORT), "127.0.0.1");
