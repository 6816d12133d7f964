import http from "node:http";
import https from "node:https";
import net from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { hasOpenssl, makeCertificate } from "../support/certificate.ts";
import { freshFolder, startProxyCli } from "../support/e2e.ts";
import { listen } from "../support/passthrough.ts";

/** A provider that says what it was asked for, and greets who opens a WebSocket. */
async function startProvider(certificate: { cert: string; key: string }) {
  const server = https.createServer(certificate, (request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "chat.completion", path: request.url, choices: [] }));
  });
  new WebSocketServer({ server }).on("connection", (socket) => socket.send("hello"));
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  return `https://localhost:${listening.port}`;
}

/** Notes what it was asked to connect to, and joins the two. */
async function startOutboundProxy() {
  const asked: (string | undefined)[] = [];
  const server = http.createServer((_request, response) => response.writeHead(405).end());
  server.on("connect", (request, socket: net.Socket, head) => {
    asked.push(request.url);
    const onward = net.connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [socket, onward]) end.on("error", () => undefined);
  });
  const listening = await listen(server);
  onTestFinished(() => listening.close());
  return { url: listening.url, asked };
}

/** One call that is read, one request that is passed through, one WebSocket. */
async function useAll(url: string) {
  const body = JSON.stringify({ model: "m", messages: [] });
  const called = await fetch(`${url}/v1/chat/completions`, { method: "POST", body });
  const passed = await fetch(`${url}/v1/files?limit=2`);
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/realtime`);
  const greeting = await new Promise((resolve, reject) => {
    socket.once("message", (data) => resolve(String(data)));
    socket.once("error", reject);
  });
  socket.close();
  const paths = (await Promise.all([called, passed].map((answer) => answer.json()))) as { path: string }[];
  return [...paths.map(({ path }) => path), greeting];
}

const ANSWERED = ["/v1/chat/completions", "/v1/files?limit=2", "hello"];
const SKIPPED = hasOpenssl ? "" : " (skipped: no openssl for a certificate)";

it.skipIf(!hasOpenssl)(`reaches the provider by the outbound proxy of the environment${SKIPPED}`, async () => {
  const certificate = makeCertificate();
  const [provider, proxy] = await Promise.all([startProvider(certificate), startOutboundProxy()]);
  const environment = { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: certificate.certPath };
  const start = (more: Record<string, string>) =>
    startProxyCli(["--upstream", provider], { cwd: freshFolder(), env: { ...environment, ...more } });

  expect(await useAll((await start({})).url)).toEqual(ANSWERED);
  expect(proxy.asked).toEqual(Array(3).fill(provider.slice("https://".length)));

  expect(await useAll((await start({ NO_PROXY: "localhost" })).url)).toEqual(ANSWERED);
  expect(proxy.asked).toHaveLength(3);
});
