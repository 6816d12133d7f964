import http, { type IncomingMessage, type ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Clock } from "../../src/core/clock.ts";
import type { EventBody } from "../../src/core/event.ts";
import { createScrubber, type Scrubber } from "../../src/core/secrets.ts";
import { createPassThrough } from "../../src/proxy/passthrough.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Listening<T extends net.Server = net.Server> {
  server: T;
  port: number;
  url: string;
  sockets: Set<net.Socket>;
  close(): Promise<void>;
}

export async function listen<T extends net.Server>(server: T): Promise<Listening<T>> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    sockets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export interface Front extends Listening<http.Server> {
  events: EventBody<"passed_through">[];
  warnings: { facts: object; message: string }[];
  scrubber: Scrubber;
}

/** A server that passes everything through to `target`. */
export async function passThroughTo(
  target: string,
  settings: { clock?: Clock; timeouts?: { connectMs?: number; firstByteMs?: number } } = {},
): Promise<Front> {
  const events: EventBody<"passed_through">[] = [];
  const warnings: Front["warnings"] = [];
  const scrubber = createScrubber();
  const passThrough = createPassThrough({
    target: new URL(target),
    clock: settings.clock ?? createSystemClock(),
    scrubber,
    sink: {
      append(event) {
        if (event.type === "passed_through") events.push(event);
        return { v: 1, seq: 1, t_ms: 0, at: "", phase: "live", ...event };
      },
    },
    logger: { warn: (facts, message) => warnings.push({ facts, message }) },
    ...(settings.timeouts === undefined ? {} : { timeouts: settings.timeouts }),
  });
  const server = http.createServer((request, response) => passThrough.web(request, response));
  server.on("upgrade", (request, socket, head) => passThrough.upgrade(request, socket, head));
  const listening = await listen(server);
  return {
    ...listening,
    events,
    warnings,
    scrubber,
    async close() {
      passThrough.close();
      await listening.close();
    },
  };
}

export interface RawAnswer {
  text: string;
  /** How the connection ended: a FIN, or an error such as ECONNRESET. */
  end: string;
  socket: net.Socket;
}

/** Sends bytes on a fresh connection and collects what comes until the connection ends or `enough` says so. */
export function rawExchange(port: number, bytes: string, enough: (text: string) => boolean = () => false) {
  return new Promise<RawAnswer>((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    let text = "";
    const done = (end: string) => {
      socket.destroy();
      resolve({ text, end, socket });
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (enough(text)) done("enough");
    });
    socket.on("end", () => done("fin"));
    socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? "error"));
  });
}

/** Waits until a condition holds; fails loudly when it never does. */
export async function eventually(condition: () => boolean, withinMs = 30_000): Promise<number> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > withinMs) throw new Error("the awaited condition never held");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - started;
}
