import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { ChaosControl } from "../../src/control/index.ts";
import { openControl } from "../../src/run/control-host.ts";
import type { SessionOptions } from "../../src/run/options.ts";
import { startSession } from "../../src/run/session.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { loadScenario } from "../../src/scenario/index.ts";

/** A provider that answers at once. The stub would first load its tokenizer, in each test file anew. */
async function startQuickUpstream(): Promise<string> {
  const event = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const usage = { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 };
  const message = { role: "assistant", content: "Hello to you, too" };
  const server = createServer(async (request, response) => {
    const { stream } = (await json(request)) as { stream?: boolean };
    if (stream !== true) {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }], usage }),
      );
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (let n = 0; n < 10; n++) response.write(event({ content: ` word-${n}` }));
    response.end(`${event({}, "stop")}data: [DONE]\n\n`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const WITHOUT_PHASES = {
  name: "live",
  summary: "",
  hypothesis: "",
  seed: 1,
  limits: [],
  clockScale: 1,
  announce: "real",
  phases: [],
  load: undefined,
  abortWhen: undefined,
  expect: [],
  runbook: {},
} as const;

export type SessionWishes = Partial<Omit<SessionOptions, "scenario">> & { scenario?: string };

/** What `llm-chaos proxy` would be started with, in a folder of its own; ports are any free ones. */
export async function sessionOptions({ scenario, ...more }: SessionWishes, folder: string): Promise<SessionOptions> {
  const loaded = scenario === undefined ? undefined : loadScenario({ text: scenario, env: {} });
  return {
    mode: "proxy",
    scenario: loaded?.scenario ?? WITHOUT_PHASES,
    filled: loaded?.filled ?? WITHOUT_PHASES,
    scenarioText: loaded?.text,
    secrets: [],
    app: undefined,
    appUrl: undefined,
    appCommand: undefined,
    readyTimeoutMs: 0,
    upstreams: parseUpstreams([await startQuickUpstream()]),
    listen: { host: "127.0.0.1", port: 0 },
    control: { host: "127.0.0.1", port: 0, hosts: [], token: undefined, spectatorToken: undefined },
    faults: [],
    startAtOnce: false,
    family: undefined,
    out: join(folder, "run"),
    cwd: folder,
    env: {},
    mark: true,
    logLevel: "silent",
    reproduce: "",
    notify() {},
    onAppOutput() {},
    ...more,
  };
}

/** `llm-chaos proxy` in this process, with its control channel; ended with the test. */
export async function openSession(wishes: SessionWishes = {}) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-session-"));
  const notices: string[] = [];
  const options = await sessionOptions({ notify: (line) => void notices.push(line), ...wishes }, folder);
  const session = await startSession(options);
  const running = await openControl(session);
  if (running === undefined) throw new Error("the control channel was turned off");
  const control = new ChaosControl({ url: running.url, token: running.token });
  onTestFinished(async () => {
    control.close();
    await session.close({ why: "interrupted", detail: undefined }, 0);
    await running.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { session, running, control, folder, notices };
}

/** One chat call, streamed or not; its status and the proxy's mark. */
export async function chat(url: string, { model = "sample-model", stream = false } = {}) {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-canary-of-the-app" },
    body: JSON.stringify({ model, stream, max_tokens: 20, messages: [{ role: "user", content: "Hello there" }] }),
  });
  const text = await reply.text();
  return { status: reply.status, mark: reply.headers.get("x-llm-chaos"), headers: reply.headers, text };
}
