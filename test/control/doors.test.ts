import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectControl } from "../../src/control/index.ts";
import { UserError } from "../../src/core/errors.ts";
import { http, openControl, upgrade } from "../support/control.ts";

const LONG_TOKEN = "a-token-that-is-long-enough";

describe("the upgrade", () => {
  it("lets in the right token, with no Origin or its own", async () => {
    await using control = await openControl();
    const authorization = `Bearer ${control.token}`;
    expect((await upgrade(control.url, { authorization })).status).toBe(101);
    const origin = `http://127.0.0.1:${control.port}`;
    expect((await upgrade(control.url, { authorization, origin })).status).toBe(101);
  });

  it.each([
    "http://evil",
    "null",
    "http://127.0.0.1.evil",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost:PORT",
    "http://127.0.0.1:PORT.evil",
    "http://127.0.0.1:PORT/",
    "file://127.0.0.1:PORT",
    "",
  ])("refuses the origin %j, with and without the token", async (template) => {
    await using control = await openControl();
    const origin = template.replace("PORT", String(control.port));
    const authorization = `Bearer ${control.token}`;
    expect((await upgrade(control.url, { origin, authorization })).status).toBe(403);
    expect((await upgrade(control.url, { origin })).status).toBe(403);
  });

  it("refuses a missing or wrong token with 401, also one in the URL", async () => {
    await using control = await openControl();
    const wrong = ["Bearer ", "Bearer x", `Bearer ${control.token}x`, `Basic ${control.token}`, control.token];
    expect((await upgrade(control.url, {})).status).toBe(401);
    for (const authorization of wrong) expect((await upgrade(control.url, { authorization })).status).toBe(401);
    expect((await upgrade(`${control.url}?token=${control.token}`, {})).status).toBe(401);
  });

  it.each([
    "evil.test",
    "127.0.0.1.evil",
    "localhost.",
    "localhost@evil.test",
    "[::1",
    "169.254.169.254",
  ])("refuses the host %s (DNS rebinding)", async (host) => {
    await using control = await openControl();
    const headers = { host: `${host}:${control.port}`, authorization: `Bearer ${control.token}` };
    expect((await upgrade(control.url, headers)).status).toBe(403);
  });

  it("refuses two hosts", async () => {
    await using control = await openControl();
    const text = await new Promise<string>((resolve, reject) => {
      import("node:net").then(({ connect }) => {
        const socket = connect(control.port, "127.0.0.1", () =>
          socket.write(
            `GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\nAuthorization: Bearer ${control.token}\r\n\r\n`,
          ),
        );
        socket.once("data", (data) => {
          resolve(data.toString());
          socket.destroy();
        });
        socket.once("error", reject);
      }, reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 40[03] /);
  });

  it("is known by the loopback names and the given ones", async () => {
    await using control = await openControl({ hosts: ["Chaos.team.lan"] });
    const authorization = `Bearer ${control.token}`;
    for (const host of ["localhost", "LOCALHOST:9", "[::1]:9", "chaos.team.lan", "chaos.team.lan:80"]) {
      expect((await upgrade(control.url, { authorization, host })).status).toBe(101);
    }
  });

  it("is at /control only", async () => {
    await using control = await openControl();
    const authorization = `Bearer ${control.token}`;
    const other = control.url.replace("/control", "/controls");
    expect((await upgrade(other, { authorization })).status).toBe(404);
  });
});

describe("plain HTTP", () => {
  it("has an open health check and nothing else without the token", async () => {
    await using control = await openControl();
    const health = await http(control.port, { path: "/healthz" });
    expect(health).toMatchObject({ status: 200, text: "ok" });
    for (const path of ["/", "/control", "/metrics", "/healthz/x"]) {
      expect((await http(control.port, { path })).status).toBe(401);
    }
    const authorization = `Bearer ${control.token}`;
    expect((await http(control.port, { headers: { authorization } })).status).toBe(404);
    expect((await http(control.port, { headers: { authorization, host: "evil.test" } })).status).toBe(403);
    expect((await http(control.port, { headers: { authorization, origin: "http://evil" } })).status).toBe(403);
  });

  it("refuses text/plain posts and never sends CORS headers", async () => {
    await using control = await openControl();
    const authorization = `Bearer ${control.token}`;
    const post = (headers: Record<string, string>, path = "/control") =>
      http(control.port, { method: "POST", path, headers, body: '{"method":"panic"}' });
    const answers = [
      await post({ "content-type": "text/plain" }),
      await post({ "content-type": "text/plain", authorization }),
      await post({ "content-type": "application/jsonp", authorization }),
      await post({ authorization }),
      await post({ "content-type": "application/json; charset=utf-8", authorization }, "/healthz"),
      await http(control.port, { method: "OPTIONS", headers: { origin: "http://evil" } }),
      await http(control.port, { path: "/healthz", headers: { origin: "http://evil" } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 415, 415, 415, 405, 403, 200]);
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect(control.events.done).toEqual([]);
  });

  it("quotes neither token nor request in a refusal", async () => {
    await using control = await openControl();
    const answer = await http(control.port, {
      path: "/canary-path?token=canary-query",
      headers: { authorization: "Bearer canary-token" },
    });
    expect(JSON.stringify(answer)).not.toContain("canary");
  });
});

describe("the token", () => {
  it("is made on loopback, readable by the owner only, and taken away at the end", async () => {
    const control = await openControl();
    const path = control.tokenPath ?? "";
    expect(Buffer.from(control.token, "base64url")).toHaveLength(32);
    expect(readFileSync(path, "utf8").trim()).toBe(control.token);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(["control-token", "spectator-token"]);
    await control.close();
    expect(readdirSync(dirname(path))).toEqual([]);
    await control[Symbol.asyncDispose]().catch(() => {});
  });

  it("replaces an older, readable file with a private one, and leaves another program's alone", async () => {
    await using first = await openControl();
    const path = join(first.folder, "second", "control-token");
    mkdirSync(dirname(path));
    writeFileSync(path, "old");
    chmodSync(path, 0o644);
    {
      await using second = await openControl({ tokenPath: path });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, "utf8").trim()).toBe(second.token);
      writeFileSync(path, "of another program");
    }
    expect(readFileSync(path, "utf8")).toBe("of another program");
  });

  it("is not written when it was given", async () => {
    await using control = await openControl({ token: "given" });
    expect(control).toMatchObject({ token: "given", tokenPath: undefined });
    expect(readdirSync(control.folder)).toEqual([]);
    const client = await connectControl(control);
    expect(await client.call("status")).toEqual({ phase: "live" });
    client.close();
  });

  it.each(["0.0.0.0", "::", "192.168.1.1", "my-host"])("must be given to listen on %s", async (host) => {
    const listen = { host, port: 0 };
    await expect(openControl({ listen })).rejects.toThrow(UserError);
    await expect(openControl({ listen, token: "short" })).rejects.toThrow(/too short/);
  });

  it("given, opens a listener for other machines; their names must be given too", async () => {
    await using control = await openControl({ listen: { host: "0.0.0.0", port: 0 }, token: LONG_TOKEN });
    const authorization = `Bearer ${LONG_TOKEN}`;
    expect((await upgrade(control.url, { authorization })).status).toBe(101);
    expect((await upgrade(control.url, { authorization, host: "other.lan" })).status).toBe(403);
  });

  it.each(["", " ", "two words", "line\nbreak"])("may not be %j", async (token) => {
    await expect(openControl({ token })).rejects.toThrow(UserError);
  });
});

describe("starting", () => {
  it("names the port and the flag when the port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const failure = await openControl({ listen: { host: "127.0.0.1", port } }).catch((error) => error);
    other.close();
    expect(failure).toBeInstanceOf(UserError);
    expect(failure.message).toContain(String(port));
    expect(failure.hint).toContain("--control");
  });

  it("says when the token cannot be written, and lets go of the port", async () => {
    await using control = await openControl();
    const tokenPath = join(control.tokenPath ?? "", "below-a-file");
    const { port } = control;
    await control.close();
    writeFileSync(control.tokenPath ?? "", "a file where a folder is wanted");
    const listen = { host: "127.0.0.1", port };
    await expect(openControl({ listen, tokenPath })).rejects.toThrow(/control token cannot be written/);
    await using again = await openControl({ listen });
    expect(again.port).toBe(port);
  });
});
