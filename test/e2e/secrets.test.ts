import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import OpenAI from "openai";
import { expect, it, onTestFinished } from "vitest";
import { freePort, freshFolder, runCli, startProxyCli } from "../support/e2e.ts";

const CANARY = {
  authorization: "sk-canary-authorization-1111",
  xApiKey: "sk-canary-x-api-key-2222",
  apiKey: "canary-api-key-3333",
  cookie: "canary-cookie-4444",
  query: "canary-query-5555",
  body: "sk-canary-in-the-prompt-6666",
  errorBody: "sk-canary-in-an-error-7777",
  setCookie: "canary-set-cookie-8888",
  filled: "canary-filled-in-9999",
};

const SCENARIO = `
name: secrets
summary: "\${CANARY_NAME}"
phases:
  - { name: open, lasts: 60s, faults: [{ truncate: { after: { events: 1 } }, where: { header: { x-team: "\${CANARY_NAME}" } } }] }
`;

/** Answers the second call with an error that repeats a key, as providers do ("Incorrect API key provided: …"). */
async function startProvider() {
  const seen: { headers: IncomingHttpHeaders; url: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    seen.push({ headers: request.headers, url: request.url ?? "", body });
    const cookie = { "set-cookie": `session=${CANARY.setCookie}` };
    if (seen.length === 2) {
      const message = `Incorrect API key provided: ${CANARY.errorBody} for ${CANARY.authorization}`;
      response.writeHead(401, { "content-type": "application/json", ...cookie });
      response.end(JSON.stringify({ error: { message, type: "invalid_request_error", code: "invalid_api_key" } }));
    } else if (seen.length === 3) {
      response.socket?.destroy();
    } else {
      response.writeHead(200, { "content-type": "text/event-stream", ...cookie });
      response.write(`data: {"choices":[{"delta":{"content":"${CANARY.errorBody}"}}]}\n\n`);
      // One that no pattern knows, cut in two by a border between chunks.
      response.write(`data: {"choices":[{"delta":{"content":"${CANARY.apiKey.slice(0, 9)}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
      response.write(`${CANARY.apiKey.slice(9)}"}}]}\n\n`);
      response.end(`data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n`);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function filesUnder(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), "utf8")]));
}

it("lets no key out but to the provider: not to the terminal, not to the run folder", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "secrets.yaml"), SCENARIO);
  const provider = await startProvider();
  const proxy = await startProxyCli(
    ["secrets.yaml", "--start", "--upstream", provider.url, "--record", "tape.jsonl", "--log-level", "trace", "--mark"],
    { cwd, env: { CANARY_NAME: CANARY.filled, LLM_CHAOS_DEBUG: "1" } },
  );
  const client = new OpenAI({
    baseURL: `${proxy.url}/v1`,
    apiKey: CANARY.authorization,
    maxRetries: 0,
    defaultQuery: { key: CANARY.query },
    defaultHeaders: { "x-api-key": CANARY.xApiKey, "api-key": CANARY.apiKey, cookie: `session=${CANARY.cookie}` },
  });
  const ask = async (headers: Record<string, string> = {}) => {
    const messages = [{ role: "user" as const, content: `My key is ${CANARY.body}` }];
    try {
      const stream = await client.chat.completions.create(
        { model: "sample-model", messages, stream: true, user: CANARY.body },
        { headers },
      );
      for await (const chunk of stream) void chunk;
      return "answered";
    } catch (error) {
      return error instanceof OpenAI.APIError ? error.status : String(error);
    }
  };
  expect(await ask()).toBe("answered");
  expect(await ask()).toBe(401);
  expect(await ask()).toBe(502);
  expect(await ask({ "x-team": CANARY.filled })).toBe("answered");
  // What is no inference call, and what is no HTTP, must be as silent.
  await fetch(`${proxy.url}/v1/files?key=${CANARY.query}`, {
    headers: { authorization: `Bearer ${CANARY.authorization}` },
  });

  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);

  for (const { headers, url, body } of provider.seen.slice(0, 4)) {
    expect(headers.authorization).toBe(`Bearer ${CANARY.authorization}`);
    expect(headers["x-api-key"]).toBe(CANARY.xApiKey);
    expect(headers["api-key"]).toBe(CANARY.apiKey);
    expect(headers.cookie).toContain(CANARY.cookie);
    expect(url).toContain(CANARY.query);
    expect(body).toContain(CANARY.body);
  }
  const files = filesUnder(cwd);
  files.delete("secrets.yaml");
  expect([...files.keys()].sort()).toEqual([
    "events.jsonl",
    "junit.xml",
    "report.json",
    "runbook.html",
    "runbook.md",
    "scenario.yaml",
    "tape.jsonl",
    "tape.jsonl.index",
  ]);
  const recorded = (files.get("tape.jsonl") ?? "").trimEnd().split("\n");
  expect(recorded, "the cassette did record the four calls").toHaveLength(5);
  expect(recorded[1]).toContain("My key is [secret]");
  const told = new Map([...files, ["stdout", proxy.stdout()], ["stderr", proxy.stderr()]]);
  expect(told.get("stderr"), "the log did say something").toContain('"status":401');
  for (const [where, text] of told)
    for (const [what, value] of Object.entries(CANARY)) expect(text.includes(value), `${what} in ${where}`).toBe(false);
});

/** Prints its key before anybody has seen it in a call, and once more as part of an error. */
const CHATTY_APP = `
console.log("configuration: key=" + process.env.OPENAI_API_KEY);
require("node:http").createServer((_, res) => res.end("ok")).listen(process.env.PORT, "127.0.0.1");
setTimeout(() => { console.error(new Error("refused " + process.env.OPENAI_API_KEY)); process.exit(0); }, 1000);
`;

it("hides the key that an app prints", async () => {
  const cwd = freshFolder();
  writeFileSync(join(cwd, "calm.yaml"), "name: calm\nphases:\n  - { name: only, lasts: 20s }\n");
  const app = ["--app", `http://127.0.0.1:${await freePort()}`, "--", process.execPath, "-e", CHATTY_APP];
  const args = ["run", "calm.yaml", "--listen", "127.0.0.1:0", "--control", "off", "--upstream", "stub", ...app];
  const { stderr, stdout } = await runCli(args, { cwd, env: { OPENAI_API_KEY: CANARY.authorization } });
  expect(stderr).toContain("configuration: key=[secret]");
  expect(stderr).toContain("refused [secret]");
  for (const [where, text] of new Map([...filesUnder(cwd), ["stderr", stderr], ["stdout", stdout]]))
    expect(text.includes(CANARY.authorization), where).toBe(false);
});
