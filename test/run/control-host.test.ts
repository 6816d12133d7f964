import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connectControl } from "../../src/control/index.ts";
import { foldHistory } from "../../src/history/index.ts";
import { buildReport } from "../../src/report/index.ts";
import { eventually } from "../support/proxy.ts";
import { chat, openSession } from "../support/session.ts";

const STORM = `
name: storm
phases:
  - { name: calm, lasts: 1h }
  - name: storm
    lasts: 1h
    faults: [{ server_error: {} }]
limits: [{ rpm: 1000 }]
expect: [{ success_rate: { at_least: 10% } }]
`;

describe("scenario.load", () => {
  it("replaces what a proxy plays: phases, faults, limits, and what the report judges", async () => {
    const { session, control, folder } = await openSession({ scenario: STORM });
    await chat(session.proxy.url);
    const text = STORM.replace("name: storm\nphases", "name: other\nphases").replace("rpm: 1000", "rpm: 1");
    const { seq, ...loaded } = await control.loadScenario(text);
    expect(loaded).toEqual({ name: "other", phases: ["calm", "storm"], warnings: [] });
    expect(await control.status()).toMatchObject({ scenario: "other", scenario_state: "waiting", phase: "live" });
    expect(readFileSync(join(folder, "run/scenario.loaded-1.yaml"), "utf8")).toBe(text);
    await control.startScenario();
    expect((await chat(session.proxy.url)).status).toBe(200);
    expect(await chat(session.proxy.url)).toMatchObject({ status: 429, mark: "limit rpm" });
    await control.nextPhase();
    expect((await chat(session.proxy.url)).status).toBe(500);
    expect(await control.faults()).toMatchObject([{ id: "storm/1@1", fault: "server_error", hits: 1 }]);
    const history = foldHistory(session.log.since(0));
    expect(history.scenario?.name).toBe("other");
    expect(history.attempts).toHaveLength(3);
    expect(buildReport(history, []).faults).toMatchObject([{ rule: "storm/1@1", phase: "storm", hits: 1 }]);
    expect(session.log.since(0).find((event) => event.seq === seq)?.type).toBe("scenario_loaded");
  });

  it("tells all problems with their places, and then changes nothing", async () => {
    const { session, running } = await openSession({ scenario: STORM });
    const client = await connectControl(running);
    const failure = await client
      .call("scenario.load", { text: "name: x\nphases:\n  - { name: a, lasts: soon }\n  - { nam: b }\n" })
      .catch((error) => error as Error);
    client.close();
    expect(failure).toMatchObject({ message: expect.stringContaining("scenario.yaml:3:23: error:") });
    expect(failure).toMatchObject({ message: expect.stringMatching(/4:7: error: unknown key "nam"/) });
    expect(session.playing().name).toBe("storm");
    expect(session.log.since(0).some(({ type }) => type === "scenario_loaded")).toBe(false);
  });

  it("fills placeholders with what was sent, never with the proxy's environment, and logs no value", async () => {
    const { session, control } = await openSession({ env: { OPENAI_API_KEY: "sk-canary-environment" } });
    process.env["CANARY_OF_PROXY"] = "sk-canary-environment";
    const text = (name: string) =>
      `name: x\nphases: [{ name: a, lasts: 1h, faults: [{ server_error: {}, where: { model: "\${${name}}" } }] }]\n`;
    await expect(control.loadScenario(text("CANARY_OF_PROXY"))).rejects.toThrow(/CANARY_OF_PROXY/);
    delete process.env["CANARY_OF_PROXY"];
    await control.loadScenario(text("MODEL"), { vars: { MODEL: "secret-model-canary" } });
    await control.startScenario();
    expect((await chat(session.proxy.url)).status).toBe(200);
    const loads = session.log.since(0).filter((event) => event.type !== "call_received");
    expect(JSON.stringify(loads)).not.toContain("canary");
  });

  it("can play the same again, also after panic", async () => {
    const { session, control } = await openSession({ scenario: STORM });
    await control.panic();
    await expect(control.startScenario()).rejects.toThrow(/has been played/);
    await control.loadScenario(STORM.replace("rpm: 1000", "rpm: 2"));
    await control.startScenario();
    await control.nextPhase();
    expect((await chat(session.proxy.url)).status).toBe(500);
    await control.nextPhase();
    for (const status of [200, 200, 429]) expect((await chat(session.proxy.url)).status).toBe(status);
  });
});

describe("limits.set", () => {
  it("adds, changes and takes away, and keeps what is used", async () => {
    const { session, control } = await openSession();
    const status = async () => (await chat(session.proxy.url)).status;
    expect(await status()).toBe(200);
    await control.setLimits({ limits: [{ rpm: 2 }] });
    expect([await status(), await status(), await status()]).toEqual([200, 200, 429]);
    await control.setLimits({ row: 0, set: { rpm: 3 } });
    expect([await status(), await status()]).toEqual([200, 429]);
    expect((await control.status()).limits).toMatchObject([{ dimension: "rpm", limit: 3 }]);
    await control.setLimits({ row: 0, set: { rpm: null } });
    expect((await control.status()).limit_rows).toEqual([]);
    expect(await status()).toBe(200);
    const changes = session.log.since(0).filter(({ type }) => type === "limits_changed" || type === "command");
    expect(changes.map(({ type }) => type)).toEqual(Array(3).fill(["command", "limits_changed"]).flat());
  });

  it("says what is wrong with a row, without places that nobody wrote", async () => {
    const { control } = await openSession();
    await expect(control.setLimits({ limits: [{ rmp: 2 }] })).rejects.toThrow(/unknown key "rmp".*rpm/);
    await expect(control.setLimits({ row: 3, set: { rpm: 2 } })).rejects.toThrow("there is no row 3");
    await expect(control.setLimits({ row: 0, set: { rpm: 0 } })).rejects.toThrow(/limits.set/);
  });
});

describe("fault.inject", () => {
  it("says what is wrong without lines and columns, which nobody wrote", async () => {
    const { control } = await openSession();
    await expect(control.inject({ stal: {} })).rejects.toThrow(/^unknown fault "stal" \(did you mean stall\?\)$/);
  });

  it("with hold vanishes when its controller disconnects, and the log says why", async () => {
    const { session, running, control } = await openSession();
    const held = await connectControl({ ...running, name: "ana" });
    await held.call("fault.inject", { fault: "server_error: {}", hold: true });
    expect((await chat(session.proxy.url)).status).toBe(500);
    held.close();
    await eventually(() => session.chooser.active().length === 0, "the fault to vanish");
    expect((await chat(session.proxy.url)).status).toBe(200);
    expect(session.log.since(0).findLast(({ type }) => type === "command")).toMatchObject({
      who: expect.stringMatching(/^ana \(control-\d\)$/),
      method: "fault.remove",
      params: { id: "live-1", why: "its controller disconnected" },
    });
    expect(await control.remove("live-1")).toBe(false);
  });
});

describe("panic", () => {
  it("acts within the turn in which it arrives: new calls pass, held streams go on, the log says who", async () => {
    const { session, control } = await openSession({ scenario: STORM.replace("rpm: 1000", "rpm: 1") });
    await control.inject({ stall: { after: { events: 2 }, lasts: "10m" } });
    await control.inject({ server_error: {} }, { where: { model: "other" } });
    const held = chat(session.proxy.url, { stream: true });
    await eventually(() => session.log.since(0).some(({ type }) => type === "fault_applied"), "the stall");
    expect((await chat(session.proxy.url)).status).toBe(429);
    session.panic("test");
    // Nothing was awaited: this is still the same turn.
    expect(session.log.since(0).at(-1)).toMatchObject({ type: "limits_changed", limits: [], rows: [] });
    expect(session.chooser.active()).toEqual([]);
    expect(session.limiter.counting).toBe(false);
    expect(session.timeline.state()).toBe("over");
    const reply = await held;
    expect(reply).toMatchObject({ status: 200, text: expect.stringMatching(/\[DONE\]\s*$/) });
    expect((await chat(session.proxy.url, { model: "other" })).status).toBe(200);
    await control.panic();
    expect(session.log.since(0).findLast(({ type }) => type === "command")).toMatchObject({ method: "panic" });
    // What is off already is not switched off again.
    expect(session.log.since(0).filter(({ type }) => type === "limits_changed")).toHaveLength(1);
  });
});

describe("events.append", () => {
  const front = (at: number, n = 1) => [
    {
      type: "front_door_started" as const,
      front: `f${n}`,
      trace_id: "t",
      call_id: "c",
      due_at_ms: at,
      started_at_ms: at,
    },
    { type: "front_door_first_byte" as const, front: `f${n}`, status: 200, at_ms: at + 5 },
  ];

  it("writes a driver's facts into the one log, on the proxy's clock, each source's calls apart", async () => {
    const { session, control, running } = await openSession();
    const { at_ms: atMs, hash_secret: secret } = await control.call("driver.attach", {});
    expect(secret).toBe(session.hashSecret);
    const mine = 1_000_000;
    await control.append({ events: front(mine), now_ms: mine + 10, source: "a" });
    await control.append({
      events: [...front(atMs), { type: "mark", label: "ramp", facts: { users: 3 } }],
      source: "b",
    });
    const stored = session.log.since(0).filter(({ type }) => type.startsWith("front_door") || type === "mark");
    expect(stored).toMatchObject([
      { front: "a/f1" },
      { front: "a/f1" },
      { front: "b/f1", started_at_ms: atMs },
      { front: "b/f1" },
      { type: "mark", label: "ramp", who: "control-1" },
    ]);
    const [started] = stored as { started_at_ms: number; t_ms: number }[];
    // It began 10 ms before it was sent.
    expect((started?.t_ms ?? 0) - (started?.started_at_ms ?? 0)).toBeGreaterThanOrEqual(10 - 0.01);
    expect((started?.t_ms ?? 0) - (started?.started_at_ms ?? 0)).toBeLessThan(1_000);
    expect(running.token).not.toBe("");
  });

  it.each([
    ["an event that only the proxy may write", { type: "run_ended", why: "completed" }],
    ["a delay of the proxy itself", { type: "self_delay", who: "proxy", late_ms: 1, busy: 1 }],
    ["a field that is missing", { type: "front_door_first_byte", front: "f1" }],
    ["an unknown type", { type: "nonsense" }],
  ])("refuses %s", async (_, event) => {
    const { session, control } = await openSession();
    const before = session.log.lastSeq;
    await expect(control.append({ events: [event as never] })).rejects.toThrow(/events/);
    expect(session.log.lastSeq).toBe(before);
  });

  it("scrubs known secrets out of what it is sent", async () => {
    const { session, control } = await openSession();
    await chat(session.proxy.url);
    await control.mark("see sk-canary-of-the-app", { key: "sk-canary-of-the-app" });
    await control.append({ events: [{ type: "mark", label: "sk-canary-of-the-app" }] });
    expect(JSON.stringify(session.log.since(0))).not.toContain("sk-canary");
  });
});

it("says clearly what this program cannot do", async () => {
  const { control, session } = await openSession();
  if (!("recording" in session)) await expect(control.startRecording()).rejects.toThrow(/not available/);
  await expect(control.call("nonsense" as "status", {})).rejects.toThrow(/unknown method/);
});

it("stops a loaded scenario by its own abort_when, and not the proxy", async () => {
  const { session, control, notices } = await openSession();
  const text =
    "name: x\nphases: [{ name: a, lasts: 1h }]\nabort_when: { error_rate: { over: 50%, for: 50ms, in: a } }\n";
  await control.loadScenario(text);
  await control.startScenario();
  await new Promise((resolve) => setTimeout(resolve, 80));
  const ended = { type: "front_door_ended" as const, status: 500, how: "complete" as const, bytes: 0, matched: {} };
  const at_ms = session.clock.nowMs();
  const events = Array.from({ length: 6 }, (_, n) => ({
    ...ended,
    front: `f${n}`,
    at_ms,
    text_tails: [],
    provider_text: false,
  }));
  await control.append({ events });
  expect(await control.status()).toMatchObject({ scenario_state: "over" });
  expect(notices.join("\n")).toContain("stopped by its abort_when: 100 %");
  expect((await chat(session.proxy.url)).status).toBe(200);
});
