import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import { createHasher } from "../../src/core/secrets.ts";
import { isAlive } from "../support/app.ts";
import { answerJson, drive, frontDoor, readBody, startServer } from "../support/load.ts";

const ONE_CALLER = { kind: "closed", concurrency: 1 } as const;

it("notes when an answer shows a key that it was told of by its hash, and logs no more than that", async () => {
  const key = "sk-proj-Ab12cd34EFgh56";
  const { url } = await startServer((_request, response) => answerJson(response, { error: `wrong key ${key}` }, 500));
  const load = drive({ url, load: ONE_CALLER });
  load.driver.knowKey({ hash: createHasher("secret of the run")(key), length: key.length });
  load.driver.start();
  await load.atLeast("front_door_ended", 1);
  expect(load.of("front_door_ended")[0]).toMatchObject({ status: 500, secret_shown: true });
  expect(JSON.stringify(load.events)).not.toContain(key);
});

describe("closed loop", () => {
  it("keeps exactly so many calls open, and every call ends once", async () => {
    let open = 0;
    let most = 0;
    const { url } = await startServer(async (request, response) => {
      most = Math.max(most, ++open);
      await readBody(request);
      await pause(5);
      open--;
      answerJson(response, { reply: "fine" });
    });
    const load = drive({ url, load: { kind: "closed", concurrency: 4 } });
    await load.driver.ready;
    load.driver.start();
    await load.atLeast("front_door_ended", 40);
    await load.driver.stop({ drainMs: 5_000 });

    const started = load.of("front_door_started");
    const ended = load.of("front_door_ended");
    expect(most).toBe(4);
    expect(started.map((event) => event.front)).toEqual(started.map((_, i) => `f${i + 1}`));
    expect(new Set(ended.map((event) => event.front)).size).toBe(started.length);
    expect(ended).toHaveLength(started.length);
    expect(new Set(ended.map((event) => `${event.how} ${event.status}`))).toEqual(new Set(["complete 200"]));
    expect(load.of("front_door_first_byte")).toHaveLength(ended.length);
  });

  it("calls an app that sheds at once at the pace of people, not of a machine", async () => {
    const { url } = await startServer((_request, response) => answerJson(response, { busy: true }, 503));
    const load = drive({ url, load: ONE_CALLER, frontDoor: frontDoor({ shedWhen: { status: [503] } }) });
    load.driver.start();
    await load.atLeast("front_door_ended", 4);
    const [first, , , fourth] = load.of("front_door_ended");
    expect((fourth?.at_ms ?? 0) - (first?.at_ms ?? 0)).toBeGreaterThanOrEqual(3 * 49);
    expect(first?.matched).toEqual({ shed: true });
  });

  it("shows a URL that refuses", async () => {
    const { url, server } = await startServer(() => {});
    await new Promise((resolve) => server.close(resolve));
    const load = drive({ url, load: ONE_CALLER });
    load.driver.start();
    await load.atLeast("front_door_ended", 2);
    for (const ended of load.of("front_door_ended")) {
      expect(ended).toMatchObject({ how: "refused", status: 0, error: expect.stringContaining("ECONNREFUSED") });
    }
  });
});

describe("what the app receives", () => {
  it("is the file's request with its number, its id and a trace that the event names", async () => {
    const seen: { body: string; headers: Record<string, unknown>; path: string | undefined }[] = [];
    const { url } = await startServer(async (request, response) => {
      seen.push({ body: await readBody(request), headers: request.headers, path: request.url });
      answerJson(response, {});
    });
    const bodies = ['{"message":"ticket {{n}}","id":"{{call_id}}"}', '{"other":{{n}}}'];
    const load = drive({ url: `${url}/api/`, load: ONE_CALLER, frontDoor: frontDoor({ bodies }) });
    load.driver.start();
    await load.atLeast("front_door_ended", 3);

    const [first, second] = load.of("front_door_started");
    expect(seen[0]?.path).toBe("/api/chat");
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ message: "ticket 1", id: first?.call_id });
    expect(JSON.parse(seen[1]?.body ?? "")).toEqual({ other: 2 });
    expect(first?.call_id).toMatch(/^lc-[0-9a-f]{8}$/);
    expect(first?.call_id).not.toBe(second?.call_id);
    expect(seen[0]?.headers["traceparent"]).toMatch(new RegExp(`^00-${first?.trace_id}-[0-9a-f]{16}-01$`));
    expect(first?.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(seen[0]?.headers["authorization"]).toBe("Bearer app-token-0001");
    expect(JSON.stringify(load.events)).not.toContain("app-token-0001");
  });
});

describe("a front door by GET", () => {
  it("has no body", async () => {
    const seen: unknown[] = [];
    const { url } = await startServer(async (request, response) => {
      seen.push([request.method, request.url, await readBody(request), request.headers["content-type"]]);
      answerJson(response, {});
    });
    const load = drive({
      url,
      load: ONE_CALLER,
      frontDoor: frontDoor({ method: "GET", path: "/ask?n={{n}}", headers: {} }),
    });
    load.driver.start();
    await load.atLeast("front_door_ended", 2);
    expect(seen.slice(0, 2)).toEqual([
      ["GET", "/ask?n=1", "", undefined],
      ["GET", "/ask?n=2", "", undefined],
    ]);
  });
});

describe("how a call ends", () => {
  it("at its deadline, with the status it had got", async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/plain" }).write("and then");
    });
    const load = drive({ url, load: ONE_CALLER, frontDoor: frontDoor({ deadlineMs: 150 }) });
    load.driver.start();
    await load.atLeast("front_door_ended", 1);
    const [ended] = load.of("front_door_ended");
    const [started] = load.of("front_door_started");
    expect(ended).toMatchObject({ how: "deadline", status: 200, bytes: 8 });
    expect((ended?.at_ms ?? 0) - (started?.started_at_ms ?? 0)).toBeGreaterThanOrEqual(149);
  });

  it("by a cut inside the body, or by a reset before the status line", async () => {
    let calls = 0;
    const { url } = await startServer((request, response) => {
      if (++calls % 2 === 0) request.socket.destroy();
      else {
        response.writeHead(200, { "content-length": "100" }).write("part of it");
        setTimeout(() => request.socket.destroy(), 20);
      }
    });
    const load = drive({ url, load: ONE_CALLER });
    load.driver.start();
    await load.atLeast("front_door_ended", 2);
    const [cut, failed] = load.of("front_door_ended");
    expect(cut).toMatchObject({ how: "cut", status: 200, bytes: 10 });
    expect(failed).toMatchObject({ how: "failed", status: 0 });
  });

  it("without following a redirect", async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const load = drive({ url, load: ONE_CALLER });
    load.driver.start();
    await load.atLeast("front_door_ended", 1);
    expect(load.of("front_door_ended")[0]).toMatchObject({ how: "complete", status: 302, bytes: 0 });
  });
});

describe("open loop", () => {
  it("keeps its schedule under an app that is slower than the arrivals", async () => {
    const { url } = await startServer((_request, response) => {
      setTimeout(() => answerJson(response, {}), 400);
    });
    const load = drive({ url, load: { kind: "open", perSecond: 50 } });
    load.driver.start();
    await load.atLeast("front_door_started", 15);
    await load.driver.stop({ drainMs: 5_000 });
    const started = load.of("front_door_started");
    const begin = started[0]?.due_at_ms ?? 0;
    for (const [i, { due_at_ms, started_at_ms }] of started.entries()) {
      expect(due_at_ms).toBeCloseTo(begin + i * 20, 3);
      expect(started_at_ms).toBeGreaterThanOrEqual(due_at_ms);
    }
    expect(load.of("front_door_ended")).toHaveLength(started.length);
  });
});

describe("stop", () => {
  it("lets a running call end within the drain", async () => {
    const { url } = await startServer((_request, response) => {
      setTimeout(() => answerJson(response, {}), 200);
    });
    const load = drive({ url, load: { kind: "closed", concurrency: 2 } });
    load.driver.start();
    await load.atLeast("front_door_started", 2);
    await load.driver.stop({ drainMs: 5_000 });
    await load.driver.finished;
    expect(load.of("front_door_ended").map((event) => event.how)).toEqual(["complete", "complete"]);
  });

  it("gives up what has not ended after the drain, and leaves no process", async () => {
    const { url } = await startServer(() => {});
    const load = drive({ url, load: { kind: "closed", concurrency: 3 } });
    load.driver.start();
    await load.atLeast("front_door_started", 3);
    await load.driver.stop({ drainMs: 50 });
    expect(load.of("front_door_ended").map((event) => event.how)).toEqual(["given_up", "given_up", "given_up"]);
    expect(() => process.kill(load.driver.pid ?? 0, 0)).toThrow(/ESRCH/);
  });

  it("can be shortened while it drains", async () => {
    const { url } = await startServer(() => {});
    const load = drive({ url, load: ONE_CALLER, frontDoor: frontDoor({ deadlineMs: 600_000 }) });
    load.driver.start();
    await load.atLeast("front_door_started", 1);
    const stopped = load.driver.stop({ drainMs: 600_000 });
    await load.driver.stop({ drainMs: 10 });
    await stopped;
    expect(load.of("front_door_ended")).toMatchObject([
      { how: "given_up", error: "the run ended before the call did" },
    ]);
  });

  it("works on a driver that never started", async () => {
    const { url } = await startServer(() => {});
    const load = drive({ url, load: ONE_CALLER });
    await load.driver.stop({ drainMs: 1_000 });
    expect(load.events).toEqual([]);
  });
});

describe("trouble of the driver itself", () => {
  it("is an error for the user when the process dies", async () => {
    const { url } = await startServer((_request, response) => answerJson(response, {}));
    const load = drive({ url, load: ONE_CALLER });
    await load.driver.ready;
    load.driver.start();
    await load.atLeast("front_door_started", 1);
    process.kill(load.driver.pid ?? 0, "SIGKILL");
    const error = await load.driver.finished.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message: "the load driver was ended by SIGKILL", exitCode: 5 });
    await load.driver.stop({ drainMs: 1_000 });
  });

  it("is named when the process cannot go on", async () => {
    const startedAtNs = "a while ago" as unknown as bigint;
    const load = drive({ url: "http://127.0.0.1:1", load: ONE_CALLER, startedAtNs });
    const error = await load.driver.ready.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toHaveProperty(
      "message",
      expect.stringMatching(/^the load driver ended with code 1: Cannot convert a while ago/),
    );
    await expect(load.driver.finished).rejects.toThrow(/ended with code 1/);
  });

  it("is said at once for a URL or a matcher that cannot be read", () => {
    expect(() => drive({ url: "127.0.0.1:3000", load: ONE_CALLER })).toThrow(/no URL of an app/);
    const shedWhen = { json: { path: "$.items[*].x" } };
    expect(() => drive({ url: "http://127.0.0.1:1", load: ONE_CALLER, frontDoor: frontDoor({ shedWhen }) })).toThrow(
      /"\$\.items\[\*\]\.x" is not a JSON path/,
    );
  });

  it("does not inherit our environment, and dies with us even when we are killed", async () => {
    const { url } = await startServer((_request, response) => answerJson(response, {}));
    const options = { load: ONE_CALLER, frontDoor: frontDoor(), url, seed: 1, hashSecret: "s" };
    const program = `
      import { startDriver } from ${JSON.stringify(new URL("../../src/load/index.ts", import.meta.url).href)};
      const driver = startDriver({
        ...${JSON.stringify(options)},
        startedAtNs: process.hrtime.bigint(),
        onStep() {},
        onEvent: (event) => event.type === "front_door_ended" && process.send(driver.pid),
      });
      await driver.ready;
      driver.start();`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      env: { ...process.env, CANARY_API_KEY: "canary-0123456789" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const [pid] = (await once(parent, "message")) as [number];
    const environment = existsSync(`/proc/${pid}/environ`) ? readFileSync(`/proc/${pid}/environ`, "utf8") : "";
    expect(environment).not.toContain("canary-0123456789");
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});
