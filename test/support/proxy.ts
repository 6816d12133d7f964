import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { Clock } from "../../src/core/clock.ts";
import type { ChaosEvent, EventSink, EventType } from "../../src/core/event.ts";
import type { ChosenFault, Fault, FaultChooser, Injection, StreamStage } from "../../src/core/fault.ts";
import { createRng } from "../../src/core/rng.ts";
import { createHasher, createScrubber } from "../../src/core/secrets.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import { type Destination, type ProxyOptions, type RunningProxy, startProxy } from "../../src/proxy/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createHttpUpstream } from "../../src/upstreams/index.ts";

/** An event log in memory. */
export function createTestSink(clock: Clock) {
  const events: ChaosEvent[] = [];
  const sink: EventSink = {
    append(body) {
      const event = { v: 1, seq: events.length + 1, t_ms: clock.nowMs(), at: "", phase: "test", ...body } as ChaosEvent;
      events.push(event);
      return event;
    },
  };
  const of = <T extends EventType>(type: T) =>
    events.filter((event) => event.type === type) as unknown as ChaosEvent<T>[];
  return { sink, events, of };
}

export interface TestProxyOptions
  extends Partial<Omit<ProxyOptions, "destinations" | "ownerOf">>,
    Partial<Omit<Destination, "upstream">> {
  /** A server's URL, an Upstream that answers itself, or several destinations. */
  upstream: string | Upstream | readonly Destination[];
  ownerOf?: ProxyOptions["ownerOf"];
  /** Every call meets all of them, in order. */
  faults?: readonly ChosenFault[];
}

export interface TestProxy extends RunningProxy {
  events: ChaosEvent[];
  of<T extends EventType>(type: T): ChaosEvent<T>[];
  /** Lines the logger got, as text. */
  lines: string[];
  /** Resolves when an event of this type (the n-th, from 1) is there. */
  event<T extends EventType>(type: T, nth?: number): Promise<ChaosEvent<T>>;
}

/** A proxy with an in-memory log on port 0, closed when the test is over. */
export async function startTestProxy(options: TestProxyOptions): Promise<TestProxy> {
  const { upstream: target, faults, ...rest } = options;
  const clock = options.clock ?? createSystemClock();
  const log = createTestSink(clock);
  const lines: string[] = [];
  const line = (facts: object, message: string) => void lines.push(JSON.stringify({ ...facts, message }));
  const live = typeof target === "string" ? createHttpUpstream({ base: new URL(target), clock }) : undefined;
  const many = Array.isArray(target) ? (target as readonly Destination[]) : undefined;
  const where =
    many === undefined
      ? {
          dialects,
          upstream: live?.upstream ?? (target as Upstream),
          upstreamName: "test upstream",
          passThroughTo: typeof target === "string" ? new URL(target) : undefined,
        }
      : { destinations: many };
  const proxy = await startProxy({
    listen: { host: "127.0.0.1", port: 0 },
    ...where,
    limiter: undefined,
    chooser: { choose: () => faults ?? [] },
    sink: log.sink,
    clock,
    rng: createRng(1),
    hasher: createHasher("test"),
    scrubber: createScrubber(),
    logger: { info: line, warn: line, error: line },
    mark: false,
    ...rest,
  });
  onTestFinished(async () => {
    await proxy.close({ drainMs: 0 });
    await live?.close();
  });
  const event = async <T extends EventType>(type: T, nth = 1) => {
    await eventually(() => log.of(type).length >= nth, `event ${type}`);
    return log.of(type)[nth - 1] as unknown as ChaosEvent<T>;
  };
  return { ...proxy, events: log.events, of: log.of, lines, event };
}

/** Waits for a state that sockets bring about; generous, since other programs share the machine. */
export async function eventually(check: () => boolean, what: string, withinMs = 30_000): Promise<void> {
  const startedAt = performance.now();
  while (!check()) {
    if (performance.now() - startedAt > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits until a count stands still for a while, and gives it. */
export async function standsStill(count: () => number, forMs = 300, withinMs = 15_000): Promise<number> {
  const startedAt = performance.now();
  for (let before = -1; performance.now() - startedAt < withinMs; ) {
    if (before === count()) return before;
    before = count();
    await pause(forMs);
  }
  throw new Error(`still changing after ${withinMs} ms`);
}

/** A fault with a fixed plan. */
export function scripted(
  injections: readonly Injection[],
  options: { rule?: string; revoked?: AbortSignal } = {},
): ChosenFault {
  const fault: Fault = {
    name: "scripted",
    summary: "a fixed plan",
    acts: "call",
    final: false,
    params: z.unknown(),
    plan: () => injections,
    explain: () => "a fixed plan",
  };
  const revoked = options.revoked ?? new AbortController().signal;
  return { rule: options.rule ?? "test/1", fault, params: {}, decision: "d", rng: createRng(1), revoked };
}

/** A fault that reshapes every stream with this stage. */
export function reshaped(
  newStage: () => StreamStage,
  options: { rule?: string; revoked?: AbortSignal } = {},
): ChosenFault {
  return scripted([{ do: "reshape", newStage }], options);
}

/** A chooser that takes the next list at each call, and nothing when they are used up. */
export function inTurn(...lists: (readonly ChosenFault[])[]): FaultChooser {
  let calls = 0;
  return { choose: () => lists[calls++] ?? [] };
}

export interface TestUpstream {
  url: string;
  port: number;
  /** Open connections. */
  sockets: Set<net.Socket>;
  /** Requests so far. */
  requests: { method: string; path: string; rawHeaders: string[]; body: Buffer }[];
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => void;

/** A real HTTP server on port 0. `answer` is called when the request's body is there. */
export async function startUpstream(answer: Answer): Promise<TestUpstream> {
  const requests: TestUpstream["requests"] = [];
  const server = http.createServer(async (request, response) => {
    response.on("error", () => undefined);
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    requests.push({ method: request.method ?? "", path: request.url ?? "", rawHeaders: request.rawHeaders, body });
    answer(request, response, body);
  });
  const { port, sockets } = await open(server);
  return { url: `http://127.0.0.1:${port}`, port, sockets, requests };
}

/** A raw TCP server on port 0: `onRequest` gets the socket when a request's head (and a body of its length) was read. */
export async function startRawUpstream(
  onRequest: (socket: net.Socket, request: string) => void,
): Promise<TestUpstream> {
  const requests: TestUpstream["requests"] = [];
  const server = net.createServer((socket) => {
    socket.on("error", () => undefined);
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const head = text.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      const request = text;
      text = "";
      requests.push({ method: "", path: "", rawHeaders: [], body: Buffer.from(request, "latin1") });
      onRequest(socket, request);
    });
  });
  const { port, sockets } = await open(server);
  return { url: `http://127.0.0.1:${port}`, port, sockets, requests };
}

async function open(server: net.Server): Promise<{ port: number; sockets: Set<net.Socket> }> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

export interface RawClient {
  socket: net.Socket;
  /** Everything received, as it is on the wire. */
  received(): Buffer;
  /** Resolves when the text was received. */
  until(text: string): Promise<void>;
  /** How the server ended the connection. */
  closed: Promise<"fin" | "rst">;
}

/** A TCP client that sends these bytes and keeps what comes. */
export function connectRaw(port: number, bytes: string | Uint8Array = ""): RawClient {
  const socket = net.connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  const chunks: Buffer[] = [];
  let how: "fin" | "rst" = "fin";
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {
    how = "rst";
  });
  const closed = new Promise<"fin" | "rst">((resolve) => socket.on("close", () => resolve(how)));
  if (bytes.length > 0) socket.write(bytes);
  const received = () => Buffer.concat(chunks);
  const until = (text: string) => eventually(() => received().includes(text), `"${text}" received`);
  return { socket, received, until, closed };
}

/** The wire form of one POST /v1/chat/completions. */
export function chatRequest(options: { body?: object; headers?: readonly string[]; path?: string } = {}): string {
  const body = JSON.stringify(options.body ?? chatBody());
  return [
    `POST ${options.path ?? "/v1/chat/completions"} HTTP/1.1`,
    "Host: proxy.test",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(options.headers ?? []),
    "",
    body,
  ].join("\r\n");
}

export function chatBody(more: object = {}): object {
  return { model: "gpt-test", stream: true, messages: [{ role: "user", content: "say something" }], ...more };
}

/** The frames of a streamed chat answer: role, one per piece, finish, usage when given, [DONE]. */
export function chatFrames(
  pieces: readonly string[],
  usage?: { prompt_tokens: number; completion_tokens: number },
): string[] {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  return [
    chunk({ role: "assistant", content: "" }),
    ...pieces.map((content) => chunk({ content })),
    chunk({}, "stop"),
    ...(usage === undefined ? [] : [`data: ${JSON.stringify({ id: "x", choices: [], usage })}\n\n`]),
    "data: [DONE]\n\n",
  ];
}

/** The body of a raw HTTP/1.1 reply, chunks taken apart; `whole` is false without the terminating chunk (or the announced length). */
export function parseReply(wire: Buffer): { status: number; head: string; body: Buffer; whole: boolean } {
  const border = wire.indexOf("\r\n\r\n");
  const head = wire.subarray(0, border).toString("latin1");
  const rest = wire.subarray(border + 4);
  const status = Number(head.slice(9, 12));
  if (!/transfer-encoding: chunked/i.test(head)) {
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
    return { status, head, body: rest, whole: rest.length === length };
  }
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf("\r\n", at);
    if (lineEnd < 0) return { status, head, body: Buffer.concat(parts), whole: false };
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString("latin1"), 16);
    if (size === 0) return { status, head, body: Buffer.concat(parts), whole: true };
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
