import http from "node:http";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createFakeClock } from "../support/clock.ts";
import { eventually, listen, passThroughTo, rawExchange } from "../support/passthrough.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function socketPair(onConnection: (socket: WebSocket, request: http.IncomingMessage) => void, options = {}) {
  const server = http.createServer();
  const upstream = await listen(server);
  new WebSocketServer({ server, ...options }).on("connection", onConnection);
  const front = await passThroughTo(upstream.url);
  closers.push(upstream.close, front.close);
  return { upstream, front, url: front.url.replace("http", "ws") };
}

/** An upstream that speaks bytes. */
async function rawUpstream(answer: (socket: net.Socket) => void, settings: Parameters<typeof passThroughTo>[1] = {}) {
  const upstream = await listen(net.createServer((socket) => socket.once("data", () => answer(socket))));
  const front = await passThroughTo(upstream.url, settings);
  closers.push(upstream.close, front.close);
  return { upstream, front };
}

const opened = (socket: WebSocket) => new Promise((resolve) => socket.once("open", resolve));
const closed = (socket: WebSocket) =>
  new Promise<[number, string]>((resolve) =>
    socket.once("close", (code, reason) => resolve([code, reason.toString()])),
  );

const UPGRADE =
  "GET /v1/realtime?model=m HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

describe("WebSocket pass-through", () => {
  it("echoes text and binary, large and small, in order", async () => {
    const { url, front } = await socketPair((socket) =>
      socket.on("message", (data, binary) => socket.send(data, { binary })),
    );
    const client = new WebSocket(`${url}/v1/realtime?model=m&key=canary-query`);
    await opened(client);
    const received: string[] = [];
    client.on("message", (data, binary) => received.push(`${binary} ${(data as Buffer).toString("latin1")}`));
    const large = "x".repeat(3_000_000);
    client.send("hello");
    client.send(Buffer.from([0, 255, 10, 13]));
    client.send(large);
    await eventually(() => received.length === 3);
    expect(received).toEqual(["false hello", "true \x00\xff\n\r", `false ${large}`]);
    client.close();
    await eventually(() => front.events.length === 1);
    expect(front.events[0]).toMatchObject({ method: "GET", path: "/v1/realtime", status: 101 });
    expect(front.scrubber.scrub("canary-query")).toBe("[secret]");
  });

  it("carries close codes and reasons both ways", async () => {
    const atServer: Promise<[number, string]>[] = [];
    const { url } = await socketPair((socket, request) => {
      atServer.push(closed(socket));
      if (request.url === "/server") socket.close(4001, "the server left");
    });
    expect(await closed(new WebSocket(`${url}/server`))).toEqual([4001, "the server left"]);
    const client = new WebSocket(`${url}/client`);
    await opened(client);
    client.close(4002, "the client left");
    expect(await atServer[1]).toEqual([4002, "the client left"]);
  });

  it("keeps subprotocols, the key and the path; hides what is not the provider's", async () => {
    let seen: http.IncomingMessage | undefined;
    const { url, front, upstream } = await socketPair(
      (_socket, request) => {
        seen = request;
      },
      { handleProtocols: () => "realtime" },
    );
    const client = new WebSocket(`${url}/v1/realtime?model=m`, ["realtime", "openai-insecure-api-key.canary-socket"], {
      headers: { Authorization: "Bearer canary-bearer", "X-LLM-Chaos-Tag": "t", "X-Odd": "1" },
    });
    await opened(client);
    expect(client.protocol).toBe("realtime");
    expect(seen?.url).toBe("/v1/realtime?model=m");
    expect(seen?.headers).toMatchObject({ host: `127.0.0.1:${upstream.port}`, authorization: "Bearer canary-bearer" });
    expect(seen?.rawHeaders).toContain("X-Odd");
    expect(seen?.headers).not.toHaveProperty("x-llm-chaos-tag");
    expect(front.scrubber.scrub("canary-socket canary-bearer")).toBe("[secret] [secret]");
    client.terminate();
  });

  it("passes a refusal on with its body and headers, and closes", async () => {
    const { front } = await rawUpstream((socket) =>
      socket.write(
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nKeep-Alive: timeout=5\r\nContent-Length: 13\r\n\r\n{"error":"k"}',
      ),
    );
    const { text, end } = await rawExchange(front.port, `${UPGRADE}\r\n`);
    expect(end).toBe("fin");
    expect(text).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(text).toContain("WWW-Authenticate: Bearer\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    expect(text).not.toMatch(/keep-alive/i);
    expect(text.endsWith('\r\n\r\n{"error":"k"}')).toBe(true);
    await eventually(() => front.events.length === 1);
    expect(front.events[0]?.status).toBe(401);
  });

  it("a refusal that breaks off does not leave the client waiting", async () => {
    const { front } = await rawUpstream((socket) => {
      socket.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 100\r\n\r\nhalf");
      setTimeout(() => socket.destroy(), 20);
    });
    const { text } = await rawExchange(front.port, `${UPGRADE}\r\n`);
    expect(text).toContain("HTTP/1.1 401");
  });

  it("an upstream that is down gives a marked 502", async () => {
    const gone = await listen(http.createServer());
    await gone.close();
    const front = await passThroughTo(gone.url);
    closers.push(front.close);
    const { text } = await rawExchange(front.port, `${UPGRADE}\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(text).toContain("x-llm-chaos: upstream-unreachable");
    expect(text).toContain('"code": "ECONNREFUSED"');
    await eventually(() => front.events.length === 1);
    expect(front.events[0]?.status).toBe(502);
  });

  it("an upstream that never answers the handshake is given up by our clock", async () => {
    const clock = createFakeClock();
    let asked = false;
    const onRequest = () => {
      asked = true;
    };
    const { front } = await rawUpstream(onRequest, { clock, timeouts: { firstByteMs: 5_000 } });
    const answer = rawExchange(front.port, `${UPGRADE}\r\n`);
    await eventually(() => asked && clock.pending === 1);
    await clock.advance(5_000);
    expect((await answer).text).toContain('"code": "TIMEOUT"');
  });

  it("an upstream that is reset cuts the client, and the process lives on", async () => {
    const { url, upstream } = await socketPair((socket) => socket.send("hello"));
    const client = new WebSocket(url);
    await new Promise((resolve) => client.once("message", resolve));
    for (const socket of upstream.sockets) socket.resetAndDestroy();
    expect((await closed(client))[0]).toBe(1006);
    const next = new WebSocket(url);
    await opened(next);
    next.terminate();
  });

  it.each(["after the upgrade", "before it"])("a client that is reset %s ends the upstream's side", async (when) => {
    const { front, upstream } = await rawUpstream((socket) => {
      if (when === "after the upgrade") {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      }
    });
    const client = net.connect(front.port, "127.0.0.1", () => client.write(`${UPGRADE}\r\n`));
    client.on("error", () => undefined);
    let text = "";
    client.on("data", (chunk) => {
      text += chunk;
    });
    await eventually(() => upstream.sockets.size === 1 && (when === "before it" || text.includes("101")));
    client.resetAndDestroy();
    expect(await eventually(() => upstream.sockets.size === 0)).toBeLessThan(500);
  });

  it("an upstream that talks on after the client left is not listened to for ever", async () => {
    const upstream = await listen(
      net.createServer({ allowHalfOpen: true }, (socket) => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        const talking = setInterval(() => socket.write("more"), 5);
        socket.once("close", () => clearInterval(talking));
      }),
    );
    const front = await passThroughTo(upstream.url);
    closers.push(upstream.close, front.close);
    await rawExchange(front.port, `${UPGRADE}\r\n`, (text) => text.includes("more"));
    await eventually(() => upstream.sockets.size === 0);
  });

  it.each([
    ["another protocol", UPGRADE.replace("websocket", "h2c"), /^HTTP\/1\.1 501 /],
    ["two Hosts", `${UPGRADE}Host: evil.test\r\n`, /^HTTP\/1\.1 400 /],
  ])("%s is refused in words and never reaches the upstream", async (_name, head, expected) => {
    let reached = 0;
    const { front } = await rawUpstream(() => reached++);
    const { text } = await rawExchange(front.port, `${head}\r\n`);
    expect(text).toMatch(expected);
    expect(reached).toBe(0);
  });
});
