import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { connectControl, type Route } from "../../src/control/index.ts";
import { createFakeClock } from "../support/clock.ts";
import { http, openControl, upgrade } from "../support/control.ts";

type Control = Awaited<ReturnType<typeof openControl>>;
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";
const originOf = ({ port }: Control) => `http://127.0.0.1:${port}`;

function post(control: Control, path: string, { body = {}, headers = {} }: { body?: object; headers?: object }) {
  const all = { origin: originOf(control), "content-type": JSON_TYPE, ...headers };
  return http(control.port, { method: "POST", path, headers: all, body: JSON.stringify(body) });
}

async function login(control: Control, { token = control.token, name = "ana" } = {}) {
  const answer = await post(control, "/login", { body: { token, name } });
  const cookie = String(answer.headers["set-cookie"] ?? "");
  return { ...answer, cookie, pair: cookie.split(";")[0] ?? "" };
}

/** A page's socket: cookie and Origin, no token. */
async function pageSocket(control: Control, cookie: string) {
  const socket = new WebSocket(control.url, { headers: { cookie, origin: originOf(control) } });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return {
    socket,
    closed,
    call(method: string, params = {}) {
      const answer = new Promise((resolve) => socket.once("message", (data) => resolve(JSON.parse(data.toString()))));
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
      return answer;
    },
  };
}

describe("the login", () => {
  it("takes the token and a name for a cookie that scripts cannot read and other sites do not send", async () => {
    await using control = await openControl();
    const { status, text, cookie } = await login(control);
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual({ name: "ana", role: "control" });
    expect(cookie).toMatch(
      new RegExp(`^llm_chaos_${control.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200$`),
    );
    expect(cookie).not.toContain(control.token);
  });

  it("sends a form on to the page, or back to it with the reason's status", async () => {
    await using control = await openControl();
    const send = (token: string) =>
      http(control.port, {
        method: "POST",
        path: "/login",
        headers: { origin: originOf(control), "content-type": FORM_TYPE },
        body: new URLSearchParams({ token, name: "ana" }).toString(),
      });
    const good = await send(control.token);
    expect(good).toMatchObject({ status: 303, headers: { location: "/" } });
    expect(good.headers["set-cookie"]?.[0]).toContain("HttpOnly");
    const bad = await send("wrong");
    expect(bad).toMatchObject({ status: 303, headers: { location: "/?login=401" } });
    expect(bad.headers["set-cookie"]).toBeUndefined();
  });

  it.each([
    ["no Origin", { origin: [] as string[] }, 403],
    ["a foreign Origin", { origin: "http://evil" }, 403],
    ["no origin at all (null)", { origin: "null" }, 403],
    ["another Host", { host: "evil.test" }, 403],
    ["plain text", { "content-type": "text/plain" }, 415],
  ])("is refused with %s", async (_, headers, status) => {
    await using control = await openControl();
    const answer = await post(control, "/login", { headers, body: { token: control.token } });
    expect(answer.status).toBe(status);
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("bounds wrong guesses for each address, Bearer and login together, and forgets them after a minute", async () => {
    const clock = createFakeClock();
    await using control = await openControl({ clock });
    for (let n = 0; n < 10; n++) expect((await login(control, { token: "wrong" })).status).toBe(401);
    for (let n = 0; n < 10; n++) {
      expect((await http(control.port, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    }
    const spent = await login(control);
    expect(spent).toMatchObject({ status: 429, headers: { "retry-after": "60" }, cookie: "" });
    const authorization = `Bearer ${control.token}`;
    expect((await http(control.port, { path: "/session", headers: { authorization } })).status).toBe(429);
    await clock.advance(60_000);
    expect((await login(control)).status).toBe(200);
  });

  it.each(["<b>", "a".repeat(41), "\u202eana", "-ana", "a\u0000b"])("refuses the name %j", async (name) => {
    await using control = await openControl();
    expect((await login(control, { name })).status).toBe(400);
  });

  it("refuses the token in the place of the name, so that it cannot reach the log", async () => {
    await using control = await openControl({ token: "abcdefgh12345678" });
    const answer = await login(control, { name: `my ${control.token}` });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(control.token);
  });

  it.each(["[]", "not json canary", '{"token":7}', "null"])("answers %s without a stack or a quote", async (body) => {
    await using control = await openControl();
    const headers = { origin: originOf(control), "content-type": JSON_TYPE };
    const answer = await http(control.port, { method: "POST", path: "/login", headers, body });
    expect([400, 401]).toContain(answer.status);
    expect(answer.text).not.toContain("canary");
    expect(control.errors).toEqual([]);
  });

  it("reads no more than 64 KiB", async () => {
    await using control = await openControl();
    const answer = await post(control, "/login", { body: { token: "x".repeat(70_000) } });
    expect(answer.status).toBe(400);
  });
});

describe("a page's session", () => {
  it("opens the channel only with its Origin, and its name stands in what it commands", async () => {
    await using control = await openControl();
    const { pair } = await login(control);
    expect((await upgrade(control.url, { cookie: pair })).status).toBe(403);
    expect((await upgrade(control.url, { cookie: pair, origin: "http://evil" })).status).toBe(403);
    expect((await upgrade(control.url, { cookie: `${pair}x`, origin: originOf(control) })).status).toBe(401);
    const page = await pageSocket(control, pair);
    expect(await page.call("panic")).toMatchObject({ result: { ok: true } });
    expect(control.events.done).toContainEqual(["command", "ana (control-1)", "panic", {}]);
    page.socket.terminate();
  });

  it("says who it is, and ends at logout together with its open channel", async () => {
    await using control = await openControl();
    const { pair } = await login(control);
    const session = () => http(control.port, { path: "/session", headers: { cookie: pair } });
    expect(JSON.parse((await session()).text)).toEqual({ name: "ana", role: "control" });
    const page = await pageSocket(control, pair);
    const out = await post(control, "/logout", { headers: { cookie: pair } });
    expect(out).toMatchObject({ status: 200 });
    expect(out.headers["set-cookie"]?.[0]).toContain("Max-Age=0");
    expect(await page.closed).toBe(4001);
    expect((await session()).status).toBe(401);
    expect((await upgrade(control.url, { cookie: pair, origin: originOf(control) })).status).toBe(401);
  });

  it("expires after 12 hours", async () => {
    const clock = createFakeClock();
    await using control = await openControl({ clock });
    const { pair } = await login(control);
    await clock.advance(12 * 3_600_000 - 1);
    expect((await http(control.port, { path: "/session", headers: { cookie: pair } })).status).toBe(200);
    await clock.advance(1);
    expect((await http(control.port, { path: "/session", headers: { cookie: pair } })).status).toBe(401);
  });

  it("is replaced by the next login of the same page", async () => {
    await using control = await openControl();
    const { pair } = await login(control);
    await post(control, "/login", { headers: { cookie: pair }, body: { token: control.token, name: "bo" } });
    expect((await http(control.port, { path: "/session", headers: { cookie: pair } })).status).toBe(401);
  });
});

describe("spectators", () => {
  it("read everything and change nothing, by token and by session", async () => {
    await using control = await openControl();
    const token = control.spectatorToken ?? "";
    const client = await connectControl({ url: control.url, token });
    expect(await client.call("status")).toEqual({ phase: "live" });
    await client.subscribe(0, () => {});
    await expect(client.call("panic")).rejects.toThrow("spectators only read; panic needs the control token");
    client.close();
    const { text, pair } = await login(control, { token, name: "" });
    expect(JSON.parse(text)).toEqual({ name: "", role: "spectator" });
    const page = await pageSocket(control, pair);
    expect(await page.call("fault.inject", { fault: "hang" })).toMatchObject({ error: { code: -32001 } });
    expect(control.events.done).toEqual([]);
    page.socket.terminate();
  });

  it("need a token that is not the control token; there are none when only that was given", async () => {
    const token = "given-control-token";
    await expect(openControl({ token, spectatorToken: token })).rejects.toThrow(/spectators' token is the control/);
    await using alone = await openControl({ token });
    expect(alone.spectatorToken).toBeUndefined();
    await using both = await openControl({ token, spectatorToken: "given-spectator-token" });
    expect(both).toMatchObject({ spectatorToken: "given-spectator-token", spectatorTokenPath: undefined });
  });
});

describe("routes", () => {
  const hello = { status: 200, headers: { "content-type": "text/plain" }, body: "hello" };
  const routes: Route[] = [
    { method: "GET", path: "/", needs: "nothing", handle: ({ visitor }) => ({ ...hello, body: visitor?.name ?? "?" }) },
    { method: "GET", path: "/assets/*", needs: "nothing", handle: ({ rest }) => ({ ...hello, body: `asset ${rest}` }) },
    { method: "GET", path: "/read", needs: "spectator", handle: () => hello },
    { method: "POST", path: "/write", needs: "control", handle: () => hello },
    {
      method: "GET",
      path: "/broken",
      needs: "spectator",
      handle() {
        throw new Error("secret detail");
      },
    },
  ];

  it("are open, for readers, or for those who may change things", async () => {
    await using control = await openControl({ routes });
    const get = (path: string, headers = {}) => http(control.port, { path, headers });
    const reader = { authorization: `Bearer ${control.spectatorToken}`, "x-llm-chaos-name": "wall screen" };
    expect(await get("/")).toMatchObject({ status: 200, text: "?" });
    expect(await get("/", reader)).toMatchObject({ text: "wall screen" });
    expect(await get("/?login=401", { authorization: "Bearer wrong" })).toMatchObject({ status: 200, text: "?" });
    expect(await get("/", { host: "evil.test" })).toMatchObject({ status: 403 });
    expect(await get("/assets/a%20b.js")).toMatchObject({ status: 200, text: "asset a b.js" });
    expect(await get("/assets/%zz")).toMatchObject({ status: 401 });
    expect(await get("/read")).toMatchObject({ status: 401 });
    expect(await get("/read", reader)).toMatchObject({ status: 200, text: "hello" });
    expect(await get("/write", reader)).toMatchObject({ status: 405 });
    expect(await get("/none", reader)).toMatchObject({ status: 404 });
    expect((await post(control, "/write", { headers: reader })).status).toBe(403);
    expect((await post(control, "/write", { headers: { authorization: `Bearer ${control.token}` } })).status).toBe(200);
    const { pair } = await login(control);
    expect((await post(control, "/write", { headers: { cookie: pair, origin: [] } })).status).toBe(403);
    expect((await post(control, "/write", { headers: { cookie: pair } })).status).toBe(200);
  });

  it("answer a HEAD without a body, and tell nothing of what broke inside", async () => {
    await using control = await openControl({ routes });
    const headers = { authorization: `Bearer ${control.token}` };
    const head = await http(control.port, { method: "HEAD", path: "/read", headers });
    expect(head).toMatchObject({
      status: 200,
      text: "",
      headers: { "content-length": "5", "cache-control": "no-store" },
    });
    const broken = await http(control.port, { path: "/broken", headers });
    expect(broken).toMatchObject({ status: 500, text: "internal error; see the log" });
    expect(control.errors).toHaveLength(1);
  });
});
