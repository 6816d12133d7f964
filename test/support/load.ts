import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { FrontDoor } from "../../src/core/app.ts";
import type { EventBody, EventType } from "../../src/core/event.ts";
import { type DriverOptions, type RunningDriver, startDriver } from "../../src/load/index.ts";

/** A front door as an app file would describe it. */
export function frontDoor(changes: Partial<FrontDoor> = {}): FrontDoor {
  return {
    path: "/chat",
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer app-token-0001" },
    bodies: ['{"message":"ticket {{n}}","id":"{{call_id}}"}'],
    answer: { stream: "json", doneWhen: undefined, incompleteWhen: undefined, errorWhen: undefined },
    shedWhen: undefined,
    fallbackWhen: undefined,
    deadlineMs: 5_000,
    ...changes,
  };
}

/** A real app on a free port, gone with the test. */
export async function startServer(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

export interface DrivenLoad {
  driver: RunningDriver;
  events: EventBody[];
  of<T extends EventType>(type: T): EventBody<T>[];
  /** Resolves when at least that many events of the type have come. */
  atLeast(type: EventType, count: number): Promise<void>;
}

/** A driver process that is stopped with the test. Its own slowness is not judged unless the test asks for it: test machines are slow. */
export function drive(options: Partial<DriverOptions> & Pick<DriverOptions, "url" | "load">): DrivenLoad {
  const events: EventBody[] = [];
  const waiting: (() => void)[] = [];
  const driver = startDriver({
    frontDoor: frontDoor(),
    seed: 7,
    startedAtNs: process.hrtime.bigint(),
    hashSecret: "secret of the run",
    onStep: () => {},
    trust: { lateMs: 10_000, busyShare: 1 },
    ...options,
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
      for (const check of waiting) check();
    },
  });
  onTestFinished(() => driver.stop({ drainMs: 0 }));
  const of = <T extends EventType>(type: T) =>
    events.filter((event) => event.type === type) as unknown as EventBody<T>[];
  return {
    driver,
    events,
    of,
    atLeast: (type, count) =>
      new Promise((resolve) => {
        const check = () => {
          if (of(type).length >= count) resolve();
        };
        waiting.push(check);
        check();
      }),
  };
}
