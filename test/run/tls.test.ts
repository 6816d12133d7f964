import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { readTls } from "../../src/cli/tls-files.ts";
import { hasOpenssl, makeCertificate } from "../support/certificate.ts";
import { openControl } from "../support/control.ts";
import { chat, openSession } from "../support/session.ts";

function call(url: string, ca: string, { stream = true } = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const outgoing = request(`${url}/v1/chat/completions`, { method: "POST", headers, ca, agent: false }, resolve);
    outgoing.on("error", reject);
    outgoing.end(JSON.stringify({ model: "m", stream, messages: [{ role: "user", content: "Hi" }] }));
  });
}

describe.skipIf(!hasOpenssl)("TLS (openssl makes the certificate; skipped without it)", () => {
  it("serves the data listener over https, faults and all", async () => {
    const { cert, key, certPath } = makeCertificate();
    const { session, running, control } = await openSession({ tls: { cert, key, certPath } });
    expect(session.proxy.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    // The control channel is on loopback: nothing to protect, and `ctl` needs no certificate.
    expect(running.url).toMatch(/^ws:/);
    expect(await text(await call(session.proxy.url, cert))).toContain("[DONE]");
    await expect(chat(session.proxy.url)).rejects.toThrow();

    const { id } = await control.inject({ reset: {} });
    await expect(call(session.proxy.url, cert)).rejects.toMatchObject({ code: "ECONNRESET" });
    await control.remove(id);
    await control.inject({ disconnect: { after: { events: 2 }, how: "rst" } });
    const cut = await call(session.proxy.url, cert);
    await expect(text(cut)).rejects.toMatchObject({ code: "ECONNRESET" });
    const ends = session.log.since(0).filter((event) => event.type === "reply_ended");
    expect(ends.map(({ how }) => how)).toEqual(["complete", "reset", "cut"]);
  });

  it("protects a control channel that others can reach, and marks its cookie Secure", async () => {
    const { cert, key } = makeCertificate();
    const token = "a-token-that-is-long-enough";
    await using control = await openControl({ listen: { host: "0.0.0.0", port: 0 }, token, tls: { cert, key } });
    expect(control.url).toMatch(/^wss:/);
    const origin = `https://127.0.0.1:${control.port}`;
    const headers = { origin, "content-type": "application/json" };
    const login = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = request(`${origin}/login`, { method: "POST", headers, ca: cert }, resolve);
      outgoing.on("error", reject).end(JSON.stringify({ token }));
    });
    login.resume();
    expect(login.headers["set-cookie"]?.[0]).toMatch(/; HttpOnly; SameSite=Strict; .*; Secure$/);
    const cookie = login.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    const socket = new WebSocket(control.url, { ca: cert, headers: { cookie, origin } });
    await once(socket, "open");
    socket.terminate();
  });

  it("checks the files before anything listens, and names the flag", () => {
    const one = makeCertificate();
    const other = makeCertificate();
    const told: string[] = [];
    const read = (flags: { tlsCert?: string; tlsKey?: string }, nowMs = Date.now(), host = "127.0.0.1") =>
      readTls(flags, { host, nowMs, warn: (line) => void told.push(line) });
    const both = { tlsCert: one.certPath, tlsKey: one.keyPath };
    expect(read({})).toBeUndefined();
    expect(read(both)).toMatchObject({ cert: one.cert, certPath: one.certPath });
    expect(() => read({ tlsCert: one.certPath })).toThrow("--tls-cert needs --tls-key");
    expect(() => read({ tlsKey: one.keyPath })).toThrow("--tls-key needs --tls-cert");
    expect(() => read({ ...both, tlsCert: "nowhere.pem" })).toThrow(
      /^--tls-cert nowhere\.pem cannot be read \(ENOENT\)/,
    );
    const junk = join(one.folder, "junk.pem");
    writeFileSync(junk, "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n");
    expect(() => read({ ...both, tlsKey: junk })).toThrow(/^--tls-key \S+junk\.pem is not in PEM/);
    expect(() => read({ ...both, tlsCert: junk })).toThrow(/^--tls-cert \S+junk\.pem is not in PEM/);
    expect(() => read({ ...both, tlsKey: other.keyPath })).toThrow(/does not belong to the certificate/);
    expect(() => read(both, Date.now() + 3 * 86_400_000)).toThrow(/expired/);
    expect(told).toEqual([]);
    read(both, Date.now(), "chaos.team.lan");
    expect(told.join()).toContain("is not for chaos.team.lan");
  });
});
