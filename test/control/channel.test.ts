import { describe, expect, it } from "vitest";
import { connectControl, METHOD_NAMES } from "../../src/control/index.ts";
import { UserError } from "../../src/core/errors.ts";
import type { ChaosEvent } from "../../src/core/event.ts";
import { createFakeClock } from "../support/clock.ts";
import { createHost, http, openControl, rawSocket } from "../support/control.ts";

const WHO = "control-1";

describe("calls", () => {
  it("reach the host, each command written down before it acts", async () => {
    await using control = await openControl();
    const client = await connectControl(control);
    expect(await client.call("status")).toEqual({ phase: "live" });
    const params = { fault: { stall: { lasts: "2s" } }, where: { model: "m*" }, chance: "30%", ttl: "90s" };
    expect(await client.call("fault.inject", params)).toEqual({ id: "live-1", ends_at_ms: 1_234 });
    expect(await client.call("fault.inject", { fault: "hang" })).toMatchObject({ id: "live-1" });
    expect(await client.call("fault.remove", { id: "live-1" })).toEqual({ removed: true });
    expect(await client.call("fault.remove", { id: "live-9" })).toEqual({ removed: false });
    for (const method of ["scenario.start", "scenario.next", "scenario.stop", "panic"]) {
      expect(await client.call(method)).toEqual({ ok: true });
    }
    await client.call("mark", { label: "deploy", facts: { version: 3 } });
    client.close();
    expect(control.events.done).toEqual([
      ["command", WHO, "fault.inject", params],
      ["inject", params.fault, { where: params.where, chance: 0.3, ttlMs: 90_000 }],
      ["command", WHO, "fault.inject", { fault: "hang" }],
      ["inject", "hang", { where: undefined, chance: undefined, ttlMs: 600_000 }],
      ["command", WHO, "fault.remove", { id: "live-1" }],
      ["remove", "live-1"],
      ["command", WHO, "fault.remove", { id: "live-9" }],
      ["remove", "live-9"],
      ["command", WHO, "scenario.start", {}],
      ["start", WHO],
      ["command", WHO, "scenario.next", {}],
      ["next", WHO],
      ["command", WHO, "scenario.stop", {}],
      ["stop", WHO],
      ["command", WHO, "panic", {}],
      ["panic", WHO],
      ["command", WHO, "mark", { label: "deploy", facts: { version: 3 } }],
      ["mark", WHO, "deploy", { version: 3 }],
    ]);
  });

  it("says what the host says about a fault it does not know, and nothing of an internal error", async () => {
    const host = createHost({
      inject() {
        throw new UserError('unknown fault "stal"', { hint: 'did you mean "stall"?' });
      },
      next() {
        throw new UserError("no scenario is loaded");
      },
      panic() {
        throw new Error("secret detail");
      },
    });
    await using control = await openControl({ host });
    const { socket, next } = await rawSocket(control);
    const call = async (method: string, params = {}) => {
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: method, method, params }));
      return next();
    };
    expect(await call("fault.inject", { fault: "stal" })).toEqual({
      jsonrpc: "2.0",
      id: "fault.inject",
      error: { code: -32602, message: 'unknown fault "stal"', data: { hint: 'did you mean "stall"?' } },
    });
    expect(await call("scenario.next")).toMatchObject({ error: { code: -32000, message: "no scenario is loaded" } });
    expect(await call("panic")).toMatchObject({ error: { code: -32603, message: "internal error; see the log" } });
    expect(control.errors).toHaveLength(1);
    socket.terminate();
  });

  it.each([
    ["not json", -32700, "not JSON"],
    ["", -32700, "not JSON"],
    ["[]", -32600, "batches"],
    ["3", -32600, "object"],
    ['{"jsonrpc":"2.0","id":{},"method":"status"}', -32600, "id"],
    ['{"jsonrpc":"1.0","id":1,"method":"status"}', -32600, "a call is"],
    ['{"jsonrpc":"2.0","id":1,"method":7}', -32600, "a call is"],
    ['{"jsonrpc":"2.0","id":1,"method":"fault.injekt"}', -32601, 'did you mean "fault.inject"?'],
    ['{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601, "known are status"],
    ['{"jsonrpc":"2.0","id":1,"method":"fault.inject","params":{}}', -32602, "fault.inject: fault is missing"],
    ['{"jsonrpc":"2.0","id":1,"method":"mark","params":{"label":7}}', -32602, "mark: label must be of type string"],
    ['{"jsonrpc":"2.0","id":1,"method":"fault.inject","params":{"fault":"x","ttl":5}}', -32602, "not a duration"],
    ['{"jsonrpc":"2.0","id":1,"method":"fault.inject","params":{"fault":"x","ttl":"0s"}}', -32602, "ttl"],
    ['{"jsonrpc":"2.0","id":1,"method":"fault.inject","params":{"fault":"x","ttl":"25h"}}', -32602, "at most 24h"],
    ['{"jsonrpc":"2.0","id":1,"method":"fault.inject","params":{"fault":"x","chance":"101%"}}', -32602, "chance"],
    ['{"jsonrpc":"2.0","id":1,"method":"panic","params":{"wipe":true}}', -32602, "wipe"],
    ['{"jsonrpc":"2.0","id":1,"method":"panic","params":[]}', -32602, "panic"],
    ['{"jsonrpc":"2.0","id":1,"method":"events.subscribe","params":{"types":["nope"]}}', -32602, "types"],
  ])("answers %s with %i, and the connection goes on", async (text, code, words) => {
    await using control = await openControl();
    const { socket, next } = await rawSocket(control);
    socket.send(text);
    const answer = await next();
    expect(answer).toMatchObject({ jsonrpc: "2.0", error: { code } });
    expect((answer["error"] as { message: string }).message).toContain(words);
    socket.send('{"jsonrpc":"2.0","id":2,"method":"status"}');
    expect(await next()).toMatchObject({ id: 2, result: { phase: "live" } });
    expect(control.events.done).toEqual([]);
    socket.terminate();
  });

  it("does not answer a notification", async () => {
    await using control = await openControl();
    const { socket, next } = await rawSocket(control);
    socket.send('{"jsonrpc":"2.0","method":"panic"}');
    socket.send('{"jsonrpc":"2.0","method":"nonsense"}');
    socket.send('{"jsonrpc":"2.0","id":2,"method":"status"}');
    expect(await next()).toMatchObject({ id: 2 });
    expect(control.events.done).toContainEqual(["panic", WHO]);
    socket.terminate();
  });

  it("closes on a message above 1 MiB with 1009; one of 1 MiB is read", async () => {
    await using control = await openControl();
    const { socket, next, closed } = await rawSocket(control);
    socket.send("x".repeat(1024 * 1024));
    expect(await next()).toMatchObject({ error: { code: -32700 } });
    socket.send("x".repeat(1024 * 1024 + 1));
    expect((await closed).code).toBe(1009);
    expect((await http(control.port, { path: "/healthz" })).status).toBe(200);
  });
});

describe("events", () => {
  const mark = (label: string) => ({ type: "mark", label, who: "test" }) as const;

  it("replays from `since`, then goes on live, in order and without gaps", async () => {
    await using control = await openControl();
    // Far more than one write: the replay must not run away from its reader.
    for (let i = 1; i <= 20_000; i++) control.events.append(mark(`${i} ${"x".repeat(200)}`));
    const client = await connectControl(control);
    const seen: number[] = [];
    const all = Promise.withResolvers<void>();
    await client.subscribe(100, (event) => {
      seen.push(event.seq);
      // While the replay still runs, the log grows.
      if (seen.length <= 50) control.events.append(mark("later"));
      if (seen.length === 19_950) all.resolve();
    });
    await all.promise;
    expect(seen).toEqual(Array.from({ length: 19_950 }, (_, i) => 101 + i));
    client.close();
  });

  it("without `since` only live ones, and only the wanted types", async () => {
    await using control = await openControl();
    control.events.append(mark("before"));
    const client = await connectControl(control);
    const seen: ChaosEvent[] = [];
    await client.subscribe(undefined, (event) => void seen.push(event), ["mark"]);
    control.events.append({ type: "warning", code: "x", text: "x" });
    control.events.append(mark("after"));
    await client.call("status");
    expect(seen).toMatchObject([{ seq: 3, type: "mark", label: "after" }]);
    client.close();
  });

  it("has one subscription a connection, which ends with it", async () => {
    await using control = await openControl();
    const client = await connectControl(control);
    await client.subscribe(undefined, () => {});
    await client.subscribe(0, () => {});
    expect(control.events.listeners).toBe(1);
    client.close();
    await client.closed;
    await expect.poll(() => control.events.listeners).toBe(0);
  });

  it("drops a subscriber that does not read, with 1013, and serves the others on", async () => {
    await using control = await openControl();
    const slow = await rawSocket(control);
    slow.socket.send('{"jsonrpc":"2.0","id":1,"method":"events.subscribe"}');
    await slow.next();
    const quick = await connectControl(control);
    let heard = 0;
    await quick.subscribe(undefined, () => {
      heard++;
    });
    slow.socket.pause();
    let appended = 0;
    // The kernel's own buffers fill first; 64 MiB are far beyond them.
    while (control.events.listeners > 1 && appended < 1_000) {
      control.events.append(mark("x".repeat(64 * 1024)));
      appended++;
      await expect.poll(() => heard, { interval: 1 }).toBe(appended);
    }
    expect(control.events.listeners).toBe(1);
    slow.socket.resume();
    expect(await slow.closed).toEqual({ code: 1013, reason: "reads too slowly" });
    expect(await quick.call("status")).toEqual({ phase: "live" });
    quick.close();
  });
});

describe("the connection", () => {
  it("is cut when pings are not answered any more", async () => {
    const clock = createFakeClock();
    await using control = await openControl({ clock });
    const good = await connectControl(control);
    const gone = await rawSocket(control);
    gone.socket.pong = () => {};
    gone.socket.pause();
    for (let i = 0; i < 3; i++) {
      await clock.advance(30_000);
      await good.call("status"); // its pong came before this answer's request
    }
    gone.socket.resume();
    expect((await gone.closed).code).toBe(1006);
    expect(await good.call("status")).toEqual({ phase: "live" });
    good.close();
    await good.closed;
  });

  it("rejects open calls when it closes, and closes with 1001 at the end", async () => {
    const control = await openControl();
    const client = await connectControl(control);
    await control.close();
    expect(await client.closed).toEqual({ code: 1001, reason: "llm-chaos ends" });
    await expect(client.call("status")).rejects.toThrow(/closed/);
    await control[Symbol.asyncDispose]();
  });
});

describe("the client", () => {
  it("says in words why it cannot connect", async () => {
    const control = await openControl();
    await expect(connectControl({ url: control.url, token: "wrong" })).rejects.toThrow(/refused the token/);
    await expect(connectControl({ url: "not a url", token: "x" })).rejects.toThrow(UserError);
    const other = control.url.replace("/control", "/other");
    await expect(connectControl({ url: other, token: control.token })).rejects.toThrow(/answered 404/);
    await control[Symbol.asyncDispose]();
    await expect(connectControl(control)).rejects.toThrow(/no control channel at/);
  });

  it("turns an error into a UserError with its hint", async () => {
    await using control = await openControl();
    const client = await connectControl(control);
    await expect(client.call("fault.injekt")).rejects.toThrow(/did you mean "fault.inject"/);
    await expect(client.call("fault.inject", {})).rejects.toBeInstanceOf(UserError);
    client.close();
  });

  it("knows the methods that the contract names for now", () => {
    expect(METHOD_NAMES).toEqual(
      expect.arrayContaining(["status", "fault.inject", "fault.remove", "panic", "events.subscribe", "mark"]),
    );
  });
});
