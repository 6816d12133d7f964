import { describe, expect, it } from "vitest";
import { type AppEnd, waitUntilReady } from "../../src/app/index.ts";
import { UserError } from "../../src/core/errors.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { startServer } from "../support/load.ts";

const clock = createSystemClock();
const never = new Promise<AppEnd>(() => {});

async function messageOf(waiting: Promise<void>): Promise<string> {
  const error = await waiting.then(
    () => "it was ready",
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof Error ? error.message : "";
}

describe("readiness", () => {
  it("is any status below 500, waited for", async () => {
    let looks = 0;
    const { url } = await startServer((_request, response) => {
      looks++;
      response.writeHead(looks < 3 ? 503 : 404).end("x");
    });
    await waitUntilReady({ url: `${url}/healthz`, timeoutMs: 10_000, clock, exited: never });
    expect(looks).toBe(3);
  });

  it("is not a redirect's target: the redirect is an answer", async () => {
    const paths: unknown[] = [];
    const { url } = await startServer((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: "/login" }).end();
    });
    await waitUntilReady({ url, timeoutMs: 10_000, clock });
    expect(paths).toEqual(["/"]);
  });

  it("waits for a server that is not there yet", async () => {
    const { url, server } = await startServer((_request, response) => response.end());
    await new Promise((resolve) => server.close(resolve));
    const ready = waitUntilReady({ url, timeoutMs: 10_000, clock });
    setTimeout(() => server.listen(Number(new URL(url).port), "127.0.0.1"), 250);
    await ready;
  });

  it("gives up with what was tried and the last answer, without the URL's credentials", async () => {
    const { url } = await startServer((_request, response) => response.writeHead(502).end());
    const secret = url.replace("//", "//user:canary-0001@");
    expect(await messageOf(waitUntilReady({ url: `${secret}/healthz?x=1`, timeoutMs: 300, clock }))).toBe(
      `the app was not ready within 300 ms: asked GET ${url}/healthz for a status below 500; the last time, it answered 502`,
    );
  });

  it("gives up on a refused connection and on an app that accepts and is silent", async () => {
    const { url, server } = await startServer(() => {});
    expect(await messageOf(waitUntilReady({ url, timeoutMs: 300, clock }))).toMatch(/there was no answer yet$/);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await messageOf(waitUntilReady({ url, timeoutMs: 300, clock }))).toMatch(/the connection was refused$/);
  });

  it("does not wait for an app that has ended", async () => {
    const { url, server } = await startServer(() => {});
    await new Promise((resolve) => server.close(resolve));
    const exited = new Promise<AppEnd>((resolve) => setTimeout(() => resolve({ code: 1, signal: null }), 50));
    const startedMs = clock.nowMs();
    expect(await messageOf(waitUntilReady({ url, timeoutMs: 60_000, clock, exited }))).toBe(
      `the app command ended with exit code 1 before GET ${url}/ was answered`,
    );
    expect(clock.nowMs() - startedMs).toBeLessThan(20_000);
  });

  it("is not taken from another server when our app has ended", async () => {
    const { url } = await startServer((_request, response) => response.end());
    const exited = Promise.resolve<AppEnd>({ code: null, signal: "SIGSEGV" });
    expect(await messageOf(waitUntilReady({ url, timeoutMs: 10_000, clock, exited }))).toMatch(/ended by SIGSEGV/);
  });
});
