import { createHash } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { createFakeClock } from "../support/clock.ts";
import { eventually, type Handler, listen, passThroughTo, rawExchange } from "../support/passthrough.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
});

async function pair(handler: Handler, settings: Parameters<typeof passThroughTo>[1] & { base?: string } = {}) {
  const upstream = await listen(http.createServer(handler));
  const front = await passThroughTo(upstream.url + (settings.base ?? ""), settings);
  closers.push(upstream.close, front.close);
  return { upstream, front };
}

/** An upstream that speaks bytes, for what node:http would not send. */
async function rawPair(answer: (socket: net.Socket, head: string) => void) {
  const upstream = await listen(
    net.createServer((socket) => socket.on("data", (chunk) => answer(socket, chunk.toString("latin1")))),
  );
  const front = await passThroughTo(upstream.url);
  closers.push(upstream.close, front.close);
  return { upstream, front };
}

const untilChunkedEnd = (text: string) => text.endsWith("\r\n0\r\n\r\n");

describe("transparency", () => {
  it("keeps request headers' case, order and duplicates; drops what is not the provider's", async () => {
    let seen: string[] = [];
    let url = "";
    const { upstream, front } = await pair((request, response) => {
      seen = request.rawHeaders;
      url = request.url ?? "";
      response.end("ok");
    });
    await rawExchange(
      front.port,
      "GET /a/../b/%2e%2e/c?x=%20&&y HTTP/1.1\r\nX-Odd-CASE: 1\r\nhost: front\r\nx-dup: a\r\nX-Dup: b\r\nAuthorization: Bearer k\r\n" +
        "Connection: close, X-Hop\r\nX-Hop: 1\r\nProxy-Authorization: Basic x\r\nTE: trailers\r\nx-llm-chaos-tag: t\r\nx_under: u\r\n\r\n",
    );
    expect(url).toBe("/a/../b/%2e%2e/c?x=%20&&y");
    expect(seen).toEqual([
      ...[
        "X-Odd-CASE",
        "1",
        "host",
        `127.0.0.1:${upstream.port}`,
        "x-dup",
        "a",
        "X-Dup",
        "b",
        "Authorization",
        "Bearer k",
      ],
      ...["x_under", "u", "Connection", "keep-alive"],
    ]);
  });

  it("keeps the reply's status, reason, header case, duplicates, both cookies and adds nothing of its own", async () => {
    const { front } = await rawPair((socket) => {
      socket.end(
        "HTTP/1.1 299 Rather Fine\r\nX-ODD: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nAlt-Svc: h3\r\nX-Hop: 1\r\n" +
          "Connection: close, x-hop\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n",
      );
    });
    const { text } = await rawExchange(front.port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    expect(text).toBe(
      "HTTP/1.1 299 Rather Fine\r\nX-ODD: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nConnection: close\r\n" +
        "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    );
  });

  it("leaves a compressed body as it is", async () => {
    const body = gzipSync("compressed ".repeat(1_000));
    const { front } = await pair((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": body.length });
      response.end(body);
    });
    const response = await new Promise<http.IncomingMessage>((resolve) =>
      http.get(front.url, { agent: false }, resolve),
    );
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(body)).toBe(true);
    expect(response.headers["content-length"]).toBe(String(body.length));
  });

  it.each([
    ["204", "GET", "HTTP/1.1 204 No Content\r\n\r\n"],
    ["304", "GET", 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'],
    ["HEAD", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 4711\r\n\r\n"],
    ["an empty 200", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  ])("%s ends at once and the connection stays usable", async (_name, method, reply) => {
    const { front } = await rawPair((socket) => socket.write(reply));
    const twice = `${method} /x HTTP/1.1\r\nHost: h\r\n\r\n`.repeat(2);
    const heads = (text: string) => text.split("\r\n\r\n").length - 1;
    const { text, end } = await rawExchange(front.port, twice, (soFar) => heads(soFar) === 2);
    expect(end).toBe("enough");
    const [first, second, rest] = text.split("\r\n\r\n");
    expect(first).toBe(second);
    expect(rest).toBe("");
    expect(first).toContain(reply.split("\r\n")[0]);
    expect(first).not.toMatch(/transfer-encoding/i);
  });

  it("answers Expect: 100-continue itself and hides it from the upstream", async () => {
    const seen: (string | undefined)[] = [];
    const { front } = await pair((request, response) => {
      seen.push(request.headers.expect);
      request.pipe(response);
    });
    const socket = net.connect(front.port, "127.0.0.1");
    socket.write(
      "POST /files HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\nConnection: close\r\n\r\n",
    );
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
      if (text === "HTTP/1.1 100 Continue\r\n\r\n") socket.write("hello");
    });
    await new Promise((resolve) => socket.once("close", resolve));
    expect(text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n.*hello/s);
    expect(seen).toEqual([undefined]);
  });

  it("a 103 and an unasked 101 do not hurt: the reply follows, or the client is told", async () => {
    const early = await rawPair((socket) =>
      socket.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    );
    expect(await (await fetch(early.front.url)).text()).toBe("ok");
    const odd = await rawPair((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n"),
    );
    const response = await fetch(odd.front.url);
    expect([response.status, response.headers.get("x-llm-chaos")]).toEqual([502, "upstream-unreachable"]);
  });

  it("passes a redirect on and never follows it", async () => {
    let requests = 0;
    const { front } = await pair((_request, response) => {
      requests++;
      response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data" });
      response.end();
    });
    const response = await fetch(`${front.url}/models`, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([
      302,
      "http://169.254.169.254/latest/meta-data",
    ]);
    expect(requests).toBe(1);
  });

  it("forwards the head and each piece as they come", async () => {
    let more: () => void = () => undefined;
    const { front } = await pair((_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      more = () => response.write("data: 1\n\n");
    });
    const response = await fetch(front.url);
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    more();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n");
    await reader?.cancel();
  });

  it("records one event per exchange, without the query, and registers the keys with the scrubber", async () => {
    const { front } = await pair((request, response) => response.writeHead(request.url === "/no" ? 404 : 200).end());
    const headers = { authorization: "Bearer canary-bearer", "x-api-key": "canary-api-key" };
    await fetch(`${front.url}/v1/models?key=canary-query`, { headers });
    await fetch(`${front.url}/no`, { method: "POST", body: "x" });
    await eventually(() => front.events.length === 2);
    expect(front.events.map(({ method, path, status }) => [method, path, status])).toEqual([
      ["GET", "/v1/models", 200],
      ["POST", "/no", 404],
    ]);
    expect(front.scrubber.scrub("canary-bearer canary-api-key canary-query")).toBe("[secret] [secret] [secret]");
    expect(JSON.stringify(front.events)).not.toContain("canary");
  });
});

describe("bodies are streamed", () => {
  it("uploads 50 MB byte for byte without gathering them, and waits while the upstream does not read", async () => {
    let release: () => void = () => undefined;
    const hash = createHash("sha256");
    let received = 0;
    const { front } = await pair((request, response) => {
      release = () => {
        request.on("data", (chunk: Buffer) => {
          received += chunk.length;
          hash.update(chunk);
        });
        request.on("end", () => response.end(hash.digest("hex")));
      };
    });
    const piece = Buffer.alloc(1024 * 1024, "0123456789abcdef");
    const expected = createHash("sha256");
    const upload = http.request(`${front.url}/v1/files`, { method: "POST", agent: false });
    const answered = new Promise<string>((resolve) => {
      upload.on("response", async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve(text);
      });
    });
    let sent = 0;
    const send = () => {
      while (sent < 50) {
        sent++;
        expected.update(piece);
        if (!upload.write(piece)) return upload.once("drain", send);
      }
      return upload.end();
    };
    send();
    await new Promise((resolve) => setTimeout(resolve, 300));
    // The kernel's buffers on two connections hold a few MB; a relay that gathers would have taken everything.
    expect(sent).toBeLessThan(30);
    release();
    expect(await answered).toBe(expected.digest("hex"));
    expect(received).toBe(50 * 1024 * 1024);
  });

  it.each(["GET", "DELETE", "OPTIONS", "POST"])("a chunked body of %s stays one request upstream", async (method) => {
    const requests: string[] = [];
    const { front } = await pair(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      requests.push(`${request.method} ${request.url} ${body}`);
      response.end("ok");
    });
    const smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
    const head = `${method} /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n`;
    await rawExchange(
      front.port,
      `${head}${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
      untilChunkedEndOr200,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests).toEqual([`${method} /x ${smuggled}`]);
  });

  it.each(["DELETE", "POST"])("a %s without a body has none upstream either", async (method) => {
    const seen: unknown[] = [];
    const { front } = await pair((request, response) => {
      seen.push(request.headers["transfer-encoding"]);
      response.end("ok");
    });
    await rawExchange(front.port, `${method} /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
    expect(seen).toEqual([undefined]);
  });
});

function untilChunkedEndOr200(text: string): boolean {
  return untilChunkedEnd(text) || text.endsWith("ok");
}

describe("broken connections", () => {
  it("an upstream that is down gives a marked 502 with a JSON error; a large upload still gets to read it", async () => {
    const gone = await listen(http.createServer());
    await gone.close();
    const front = await passThroughTo(gone.url);
    closers.push(front.close);
    for (const body of [undefined, Buffer.alloc(8 * 1024 * 1024)]) {
      const response = await fetch(`${front.url}/v1/files`, body === undefined ? {} : { method: "POST", body });
      expect([response.status, response.headers.get("x-llm-chaos")]).toEqual([502, "upstream-unreachable"]);
      const { error } = (await response.json()) as { error: Record<string, unknown> };
      expect(error).toMatchObject({ type: "upstream_unreachable", code: "ECONNREFUSED" });
    }
    await eventually(() => front.events.length === 2);
    expect(front.events[0]).toMatchObject({ status: 502 });
    expect(front.warnings[0]?.facts).toEqual({ code: "ECONNREFUSED", stage: "connect" });
  });

  it("an upstream that hangs up without a reply gives a 502 and is asked only once", async () => {
    let asked = 0;
    const { front } = await rawPair((socket) => {
      asked++;
      socket.destroy();
    });
    const response = await fetch(front.url, { method: "POST", body: "x" });
    expect(response.status).toBe(502);
    expect(asked).toBe(1);
  });

  it.each([
    ["chunked", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "5\r\nhello\r\n"],
    ["with a length", "Content-Length: 10\r\n\r\nhello", "hello"],
  ])("an upstream that dies mid-body (%s): the client gets what came, then the cut", async (_name, rest, body) => {
    const { front } = await rawPair((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`);
      setTimeout(() => socket.resetAndDestroy(), 30);
    });
    const { text, end } = await rawExchange(front.port, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe(body);
    expect(text.endsWith("0\r\n\r\n")).toBe(false);
    expect(["fin", "ECONNRESET"]).toContain(end);
  });

  it("where only the connection's end marks the body's end, a cut is a reset", async () => {
    const { front } = await rawPair((socket) => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      setTimeout(() => socket.destroy(), 30);
    });
    const { text, end } = await rawExchange(front.port, "GET / HTTP/1.0\r\n\r\n");
    expect(text.endsWith("\r\n\r\nhello")).toBe(true);
    expect(end).toBe("ECONNRESET");
  });

  it.each([
    "before the reply",
    "in the middle of it",
  ])("a client that leaves %s ends the upstream's side", async (when) => {
    const { front, upstream } = await pair((_request, response) => {
      if (when !== "before the reply") response.write("some");
    });
    const client = http.get(front.url, { agent: false });
    client.on("error", () => undefined);
    let replied = false;
    client.once("response", (response) => {
      replied = true;
      response.on("error", () => undefined);
    });
    await eventually(() => upstream.sockets.size === 1 && (replied || when === "before the reply"));
    client.destroy();
    // 50 ms are promised; the bound is wide because the machine is shared.
    expect(await eventually(() => upstream.sockets.size === 0)).toBeLessThan(500);
    await eventually(() => front.events.length === 1);
    expect(front.events[0]?.status).toBe(when === "before the reply" ? 0 : 200);
  });

  it("connect and first byte have their own clocks, however long the wait", async () => {
    const clock = createFakeClock();
    let asked = false;
    const onRequest = () => {
      asked = true;
    };
    const { front } = await pair(onRequest, { clock, timeouts: { firstByteMs: 400_000 } });
    let settled = false;
    const answer = fetch(front.url).finally(() => {
      settled = true;
    });
    await eventually(() => asked && clock.pending === 1);
    await clock.advance(399_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled).toBe(false);
    await clock.advance(1_000);
    const response = await answer;
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { code: "TIMEOUT" } });
    expect(clock.pending).toBe(0);
  });
});

describe("what may not get through", () => {
  const host = "Host: front.test\r\n";
  it.each([
    ["CL and TE", `POST / HTTP/1.1\r\n${host}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX`],
    ["TE and CL", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n`],
    ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
    ["a length list", `POST / HTTP/1.1\r\n${host}Content-Length: 5, 5\r\n\r\nhello`],
    ["a signed length", `POST / HTTP/1.1\r\n${host}Content-Length: +5\r\n\r\nhello`],
    ["a hex length", `POST / HTTP/1.1\r\n${host}Content-Length: 0x5\r\n\r\nhello`],
    ["an obscured TE", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    [
      "two TE lines",
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
    ],
    ["gzip before chunked", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["TE with a space before the colon", `POST / HTTP/1.1\r\n${host}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ["TE in HTTP/1.0", `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["a folded header", `GET / HTTP/1.1\r\n${host}X-A: 1\r\n folded\r\n\r\n`],
    ["bare LF", `GET / HTTP/1.1\n${host.trim()}\n\n`],
    ["bare CR in a value", `GET / HTTP/1.1\r\n${host}X-A: 1\rX-B: 2\r\n\r\n`],
    ["NUL in a value", `GET / HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`],
    ["a bad chunk size", `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
    [
      "a chunk longer than its size",
      `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n1\r\nhello\r\n0\r\n\r\n`,
    ],
    ["two Hosts", `GET / HTTP/1.1\r\n${host}Host: other.test\r\n\r\n`],
    ["no Host", "GET / HTTP/1.1\r\n\r\n"],
    ["CONNECT", `CONNECT evil.test:443 HTTP/1.1\r\n${host}\r\n`],
    ["headers of 20 KB", `GET / HTTP/1.1\r\n${host}X-A: ${"a".repeat(20_000)}\r\n\r\n`],
  ])("%s", async (_name, payload) => {
    let answered = 0;
    const { front } = await pair((_request, response) => {
      answered++;
      response.end("reached");
    });
    const { text } = await rawExchange(front.port, `${payload}GET /second HTTP/1.1\r\n${host}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered).toBe(0);
    expect(text).toMatch(/^(HTTP\/1\.1 (400|431|501) |$)/);
    expect(text).not.toContain("reached");
  });

  it.each([
    ["http://evil.test/v1/models", "/v1/models"],
    ["//evil.test/v1/models", "/evil.test/v1/models"],
    ["/\\evil.test/x", "/evil.test/x"],
    ["http://user:pw@evil.test:1/x", "/x"],
    ["/%2f%2fevil.test", "/%2f%2fevil.test"],
    ["/@evil.test/", "/@evil.test/"],
  ])("%s goes to the configured upstream", async (line, path) => {
    let seen: unknown;
    const { front, upstream } = await pair((request, response) => {
      seen = [request.url, request.headers.host];
      response.end("ok");
    });
    await rawExchange(front.port, `GET ${line} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n`);
    expect(seen).toEqual([path, `127.0.0.1:${upstream.port}`]);
  });

  it("the upstream's base path stays in front, a doubled version is dropped", async () => {
    const paths: unknown[] = [];
    const { front } = await pair(
      (request, response) => {
        paths.push(request.url);
        response.end("ok");
      },
      { base: "/gateway/v1" },
    );
    for (const path of ["/v1/models", "/models?x=1"]) await fetch(front.url + path);
    expect(paths).toEqual(["/gateway/v1/models", "/gateway/v1/models?x=1"]);
  });

  it("an environment that would make http-proxy-3 use fetch is refused in words", async () => {
    vi.stubEnv("FORCE_FETCH_PATH", "true");
    await expect(passThroughTo("http://127.0.0.1:1")).rejects.toThrow(UserError);
  });
});
