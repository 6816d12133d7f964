import { mkdtempSync, rmSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { type ControlHost, type ControlOptions, startControl, viewNotification } from "../../src/control/index.ts";
import type { ChaosEvent } from "../../src/core/event.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";

/** A host that writes down what it is asked to do, and a log to subscribe to. */
export interface RecordingHost extends ControlHost {
  readonly done: unknown[];
  append(event: Partial<ChaosEvent> & { type: ChaosEvent["type"] }): void;
  readonly listeners: number;
  readonly lastSeq: number;
}

export function createHost(overrides: Partial<ControlHost> = {}): RecordingHost {
  const done: unknown[] = [];
  const events: ChaosEvent[] = [];
  const listeners = new Set<(event: ChaosEvent) => void>();
  return {
    done,
    append(event) {
      const stored = { v: 1, seq: events.length + 1, t_ms: 0, at: "", phase: "live", ...event } as ChaosEvent;
      events.push(stored);
      for (const listener of listeners) listener(stored);
    },
    get listeners() {
      return listeners.size;
    },
    get lastSeq() {
      return events.length;
    },
    status: () => ({ phase: "live" }) as ReturnType<ControlHost["status"]>,
    load(who, params) {
      done.push(["load", who, params]);
      return { name: "loaded", phases: [], warnings: [], seq: 1 };
    },
    faults: () => [],
    setLimits(params) {
      done.push(["setLimits", params]);
      return { limits: [] };
    },
    drainLimits: () => void done.push(["drain"]),
    nowMs: () => 10_000,
    attach: () => ({ run_id: "run", at_ms: 10_000, last_seq: events.length, hash_secret: "secret" }),
    appendFacts(bodies) {
      for (const body of bodies) this.append(body as ChaosEvent);
      return events.slice(-bodies.length);
    },
    inject(fault, options) {
      done.push(["inject", fault, options]);
      return { id: "live-1", endsAtMs: 1_234 };
    },
    remove(id) {
      done.push(["remove", id]);
      return id === "live-1";
    },
    panic: (who) => void done.push(["panic", who]),
    start: (who) => void done.push(["start", who]),
    stop: (who) => void done.push(["stop", who]),
    next: (who) => void done.push(["next", who]),
    mark: (who, label, facts) => void done.push(["mark", who, label, facts]),
    eventsSince: (seq) => events.slice(seq),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    watch(viewer) {
      viewer.send(viewNotification('{"full":{}}'));
      return () => {};
    },
    describeFaults: () => [],
    command: (who, method, params) => void done.push(["command", who, method, params]),
    ...overrides,
  };
}

/** A control channel on a free loopback port, with a state folder of its own. Closed by `await using`. */
export async function openControl(options: Partial<ControlOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-control-"));
  const errors: unknown[] = [];
  const host = createHost();
  try {
    const control = await startControl({
      listen: { host: "127.0.0.1", port: 0 },
      hosts: [],
      token: undefined,
      tokenPath: join(folder, "state", "control-token"),
      spectatorTokenPath: join(folder, "state", "spectator-token"),
      host,
      clock: createSystemClock(),
      onError: (error) => errors.push(error),
      ...options,
    });
    return {
      ...control,
      folder,
      events: host,
      errors,
      async [Symbol.asyncDispose]() {
        await control.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** One plain HTTP request; headers as given, Host included. */
export function http(
  port: number,
  {
    path = "/",
    method = "GET",
    headers = {},
    body = "",
  }: {
    path?: string;
    method?: string;
    headers?: Record<string, string | string[]>;
    body?: string;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** The status of an attempted upgrade: 101 when it was accepted. */
export function upgrade(
  url: string,
  headers: Record<string, string | string[]>,
): Promise<{ status: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: headers as Record<string, string> });
    socket.on("upgrade", (response) => {
      resolve({ status: 101, headers: response.headers });
      socket.on("open", () => socket.terminate());
    });
    socket.on("unexpected-response", (_, response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
      response.resume();
      socket.terminate();
    });
    socket.on("error", reject);
  });
}

/** A raw WebSocket with the token, for what the client would never send. */
export async function rawSocket({ url, token }: { url: string; token: string }) {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const messages: unknown[] = [];
  const waiting: ((message: unknown) => void)[] = [];
  socket.on("message", (data) => {
    const message = JSON.parse(data.toString());
    const taker = waiting.shift();
    if (taker) taker(message);
    else messages.push(message);
  });
  return {
    socket,
    next: () =>
      new Promise<Record<string, unknown>>((resolve) => {
        if (messages.length > 0) resolve(messages.shift() as Record<string, unknown>);
        else waiting.push(resolve as (message: unknown) => void);
      }),
    closed: new Promise<{ code: number; reason: string }>((resolve) => {
      socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    }),
  };
}
