import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type Cli, eventsOf, freshFolder, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

// What clients do that they should not: each gets an answer or is left alone, and the next call is served as ever.

const MEBIBYTE = 1_024 * 1_024;
const JSON_HEADERS = { "content-type": "application/json" };
const GOOD_BODY = JSON.stringify({ model: "sample-model", messages: [{ role: "user", content: "Hi" }] });

async function post(url: string, body: string | Uint8Array, path = "/v1/chat/completions") {
  const reply = await fetch(`${url}${path}`, { method: "POST", headers: JSON_HEADERS, body });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

async function rawClient(url: string, bytes: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  socket.write(bytes);
  return socket;
}

function requestHead(length: number): string {
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
}

/** SIGTERM, and everything is told within the time that open calls are given. */
async function stopped(proxy: Cli, cwd: string) {
  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
  expect(proxy.stderr()).not.toMatch(/\n\s+at /);
  return eventsOf(runFolderIn(cwd));
}

describe("in front of the stub", () => {
  let cwd: string;
  let proxy: Cli & { url: string };
  beforeEach(async () => {
    cwd = freshFolder();
    writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
    proxy = await startProxyCli(["--upstream", "stub:stub.yaml"], { cwd });
  });

  it("lives with a body that is not JSON, not an object, or not a chat", async () => {
    for (const body of ["{not json", "[1,2]", "null", '"text"', "", '{"model": 7, "messages": "no"}', "\u0000\u0001"]) {
      const { status, text } = await post(proxy.url, body);
      expect(status, body).toBeGreaterThanOrEqual(400);
      expect(status, body).toBeLessThan(500);
      expect(JSON.parse(text), body).toHaveProperty("error.message");
    }
    expect((await post(proxy.url, GOOD_BODY)).status).toBe(200);
    await stopped(proxy, cwd);
  });

  it("stays up when clients send a head and hang, and when it is stopped meanwhile", async () => {
    const half = await rawClient(proxy.url, requestHead(500));
    await rawClient(proxy.url, `${requestHead(500)}{"model": "sample`);
    await rawClient(proxy.url, "POST /v1/chat/compl");
    await rawClient(proxy.url, "");
    expect((await post(proxy.url, GOOD_BODY)).status).toBe(200);
    half.destroy();
    expect((await post(proxy.url, GOOD_BODY)).status).toBe(200);
    const events = await stopped(proxy, cwd);
    expect(events.filter((event) => event.type === "reply_ended" && event.how === "complete")).toHaveLength(2);
  });
});

describe("in front of a server", () => {
  let received: { bytes: number }[];
  let cwd: string;
  let proxy: Cli & { url: string };
  /** Bytes that the server could hand over while nobody read. */
  let poured: number;

  beforeEach(async () => {
    received = [];
    poured = 0;
    const server = createServer(async (request, response) => {
      const seen = { bytes: 0 };
      for await (const chunk of request as AsyncIterable<Buffer>) seen.bytes += chunk.byteLength;
      received.push(seen);
      if (request.headers["x-pour"] === undefined) {
        response.writeHead(200, JSON_HEADERS).end('{"choices": [{"message": {}, "finish_reason": "stop"}]}');
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const chunk = Buffer.alloc(64 * 1_024, `data: {"choices":[{"delta":{"content":"x"}}]}\n\n`);
      const pour = () => {
        while (!response.destroyed && poured < 400 * MEBIBYTE) {
          poured += chunk.byteLength;
          if (!response.write(chunk)) return void response.once("drain", pour);
        }
      };
      pour();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    cwd = freshFolder();
    const upstream = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    proxy = await startProxyCli(["--upstream", upstream], { cwd });
  });

  it("carries a body of 50 MB whole, refuses a larger call in words, and bounds no upload", async () => {
    const chat = (words: number) =>
      JSON.stringify({ model: "sample-model", messages: [{ role: "user", content: "word ".repeat(words) }] });
    const big = chat(10 * MEBIBYTE);
    expect((await post(proxy.url, big)).status).toBe(200);
    expect(received[0]?.bytes).toBe(Buffer.byteLength(big));

    const tooBig = chat(14 * MEBIBYTE);
    const refused = await post(proxy.url, tooBig);
    expect(refused.status).toBe(413);
    expect(JSON.parse(refused.text)).toHaveProperty("error.message");
    expect(received, "the upstream saw nothing of it").toHaveLength(1);

    expect((await post(proxy.url, tooBig, "/v1/files")).status).toBe(200);
    expect(received[1]?.bytes).toBe(Buffer.byteLength(tooBig));
    expect((await post(proxy.url, GOOD_BODY)).status).toBe(200);
    await stopped(proxy, cwd);
  });

  it("passes on a body that it cannot read, for the provider to judge", async () => {
    expect((await post(proxy.url, "{not json")).status).toBe(200);
    expect(received[0]?.bytes).toBe("{not json".length);
    await stopped(proxy, cwd);
  });

  it("slows the server for a client that never reads, and serves the others", async () => {
    const head = requestHead(Buffer.byteLength(GOOD_BODY)).replace("Host: x", "Host: x\r\nX-Pour: yes");
    const deaf = await rawClient(proxy.url, head + GOOD_BODY);
    deaf.pause();
    let before = -1;
    await expect
      .poll(
        () => {
          const standing = poured > 0 && poured === before;
          before = poured;
          return standing;
        },
        { interval: 1_000 },
      )
      .toBe(true);
    // Socket buffers on both sides and ours; far from the 400 MiB that wait.
    expect(poured).toBeLessThan(64 * MEBIBYTE);
    expect((await post(proxy.url, GOOD_BODY)).status).toBe(200);
    deaf.destroy();
    await proxy.says(/client_left/);
    const events = await stopped(proxy, cwd);
    expect(events.filter((event) => event.type === "client_left")).toHaveLength(1);
  });
});
