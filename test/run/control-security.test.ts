import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectControl } from "../../src/control/index.ts";
import { http, rawSocket } from "../support/control.ts";
import { chat, openSession } from "../support/session.ts";

const CONTROL = "canary-control-token-0123456789";
const SPECTATOR = "canary-spectator-token-0123456789";
const COLLECTOR = "canary-collector-key-0123456789";

it("no token, cookie or collector's key is in events, files, metrics, reports, notices or errors", async () => {
  const { session, running, control, folder, notices } = await openSession({
    control: { host: "127.0.0.1", port: 0, hosts: [], token: CONTROL, spectatorToken: SPECTATOR },
    // Nobody listens there: what is said about it must not name the key.
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${COLLECTOR}`,
    },
  });
  const origin = `http://127.0.0.1:${running.port}`;
  const post = (path: string, body: object, more = {}) => {
    const headers = { origin, "content-type": "application/json", ...more };
    return http(running.port, { method: "POST", path, headers, body: JSON.stringify(body) });
  };
  const answers: unknown[] = [];
  const login = await post("/login", { token: SPECTATOR, name: "ana" });
  const cookie = String(login.headers["set-cookie"]).split(";")[0] ?? "";
  answers.push(login.text, await post("/login", { token: "canary-wrong-token", name: "x" }));
  answers.push(await post("/login", { token: CONTROL, name: CONTROL }));
  answers.push(await http(running.port, { path: `/metrics?token=${CONTROL}` }));
  const refused = await connectControl({ url: running.url, token: "canary-wrong-token" }).catch((error) => error);
  answers.push(String(refused), refused.hint);
  await control.mark(`see ${CONTROL}`, { token: SPECTATOR });
  await control.inject({ server_error: {} }, { where: { model: CONTROL } });
  answers.push(await control.loadScenario(`name: x ${CONTROL}\nphases: [{}]\n`).catch(String));
  answers.push(await control.call(CONTROL as "status", {}).catch(String));
  await chat(session.proxy.url);
  const get = async (path: string) => (await http(running.port, { path, headers: { cookie } })).text;
  for (const path of ["/metrics", "/session", "/runs/current/summary.json", "/runs/current/runbook.html"]) {
    answers.push(await get(path));
  }
  for (const path of ["/runs/current/report.json", "/runs/current/runbook.md"]) answers.push(await get(path));
  answers.push(await control.status(), await control.faults(), notices);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const { parentPath, name } of files) answers.push(readFileSync(join(parentPath, name), "utf8"));
  answers.push(JSON.stringify(session.log.since(0)));
  const all = JSON.stringify(answers);
  expect(all).toContain("llm_chaos_in_flight");
  expect(all).toContain("[secret]");
  for (const canary of ["canary", cookie.split("=")[1] ?? "no cookie"]) {
    const at = all.indexOf(canary);
    expect(at < 0 ? "" : all.slice(Math.max(0, at - 200), at + 60)).toBe("");
  }
});

it("calls go on as before while one subscriber does not read and another sends nonsense", async () => {
  const { session, running } = await openSession();
  const median = async () => {
    const times: number[] = [];
    for (let n = 0; n < 25; n++) {
      const start = performance.now();
      expect((await chat(session.proxy.url)).status).toBe(200);
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[12] ?? 0;
  };
  await median();
  const quiet = await median();
  const slow = await rawSocket(running);
  slow.socket.send('{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"since":0}}');
  slow.socket.pause();
  const noisy = await rawSocket(running);
  const timer = setInterval(() => {
    for (const text of ["nonsense", "[]", '{"jsonrpc":"2.0","id":1,"method":"nope"}']) noisy.socket.send(text);
  }, 1);
  const busy = await median();
  clearInterval(timer);
  slow.socket.terminate();
  noisy.socket.terminate();
  // Generous: the machine of the tests has other things to do as well.
  expect(busy).toBeLessThan(5 * quiet + 20);
});
