import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { viewNotification } from "../../src/control/index.ts";
import { dashboardRoutes } from "../../src/run/dashboard/index.ts";
import { createHost, http, openControl, rawSocket } from "../support/control.ts";

async function setUp(built = true) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-routes-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (built) {
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html><title>page</title>");
    writeFileSync(join(folder, "assets/dashboard.js"), "script");
  }
  const host = createHost();
  const control = await openControl({ host, routes: dashboardRoutes(host, folder) });
  onTestFinished(() => control[Symbol.asyncDispose]());
  const ask = (path: string, token?: string, method = "GET") => {
    const headers: Record<string, string> = { host: `127.0.0.1:${control.port}`, "content-type": "application/json" };
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    return http(control.port, { path, method, headers, body: method === "POST" ? "{}" : "" });
  };
  return { control, host, ask };
}

describe("what the dashboard's host serves", () => {
  it("is the page, open, under a policy that lets in nothing from elsewhere and nothing inline", async () => {
    const { ask } = await setUp();
    const page = await ask("/");
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining("<title>page") });
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(await ask("/assets/dashboard.js")).toMatchObject({ status: 200, text: "script" });
    expect((await ask("/assets/../index.html")).status).toBe(401);
  });

  it("says so when the page was not built", async () => {
    const { ask } = await setUp(false);
    expect(await ask("/")).toMatchObject({ status: 404, text: expect.stringContaining("npm run build") });
    expect((await ask("/assets/dashboard.js")).status).toBe(404);
  });

  it("tells who asks, and strangers nothing", async () => {
    const { control, ask } = await setUp();
    expect(JSON.parse((await ask("/whoami")).text)).toBeNull();
    expect(JSON.parse((await ask("/whoami", control.token)).text)).toEqual({ name: "", role: "control" });
    expect(JSON.parse((await ask("/whoami", control.spectatorToken)).text)).toMatchObject({ role: "spectator" });
  });

  it("stops all chaos over plain HTTP too, for controllers only, and logs it first", async () => {
    const { control, host, ask } = await setUp();
    expect((await ask("/panic", undefined, "POST")).status).toBe(401);
    expect((await ask("/panic", control.spectatorToken, "POST")).status).toBe(403);
    expect(host.done).toEqual([]);
    expect((await ask("/panic", control.token, "POST")).status).toBe(200);
    expect(host.done).toEqual([
      ["command", "http", "panic", {}],
      ["panic", "http"],
    ]);
  });
});

it("view.subscribe answers first, then shows; beside events, and one of a kind a connection", async () => {
  let watching = 0;
  const host = createHost({
    watch(viewer) {
      watching++;
      viewer.send(viewNotification('{"full":{}}'));
      return () => {
        watching--;
      };
    },
  });
  await using control = await openControl({ host });
  const { socket, next } = await rawSocket(control);
  const ask = (id: number, method: string) => socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params: {} }));
  ask(1, "view.subscribe");
  expect(await next()).toMatchObject({ id: 1, result: { subscribed: true } });
  expect(await next()).toEqual({ jsonrpc: "2.0", method: "view", params: { full: {} } });
  ask(2, "events.subscribe");
  expect(await next()).toMatchObject({ id: 2 });
  expect([watching, host.listeners]).toEqual([1, 1]);
  ask(3, "view.subscribe");
  expect(await next()).toMatchObject({ id: 3 });
  await next();
  expect(watching).toBe(1);
  socket.terminate();
  await expect.poll(() => [watching, host.listeners]).toEqual([0, 0]);
});
