import { join } from "node:path";
import { expect, it } from "vitest";
import { readEvents } from "../../src/history/index.ts";
import { createFactsOut } from "../../src/run/attach/facts-out.ts";
import { runAttached } from "../../src/run/attach/index.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { eventually } from "../support/proxy.ts";
import { chat, openSession } from "../support/session.ts";

const LONG =
  "name: long\nphases: [{ name: calm, lasts: 1h, faults: [{ server_error: {}, where: { model: broken } }] }]\n";

type Opened = Awaited<ReturnType<typeof openSession>>;

function attach({ session, running, folder }: Opened, text = LONG, out = "attached") {
  const { scenario, filled } = loadScenario({ text, env: {} });
  const options = {
    ...session.options,
    mode: "run" as const,
    scenario,
    filled,
    scenarioText: text,
    out: join(folder, out),
  };
  return runAttached(options, { url: running.url, token: () => running.token }, { onEvent() {}, onSession() {} });
}

it("ends when somebody stops the proxy's chaos, and leaves the proxy as it is", async () => {
  const opened = await openSession();
  const { session, control, folder } = opened;
  await control.inject({ latency: { add: "1ms" } });
  const result = attach(opened);
  await eventually(() => session.timeline.state() === "playing", "the phases");
  expect((await chat(session.proxy.url, { model: "broken" })).status).toBe(500);
  await control.panic();
  const { exitCode, report } = await result;
  expect(exitCode).toBe(4);
  expect(report).toMatchObject({
    scenario: "long",
    mode: "run",
    stopped: "panic: by control-1",
    calls: { attempts: 1 },
  });
  const { events, problems } = readEvents(join(folder, "attached"));
  expect(problems).toEqual([]);
  expect(events.at(-1)).toMatchObject({
    type: "run_ended",
    why: "panic",
    detail: expect.stringMatching(/^by control-/),
  });
  expect((await chat(session.proxy.url)).status).toBe(200);
});

it("counts time from the moment at which its scenario was loaded, and nothing of what was before", async () => {
  const opened = await openSession();
  const { session, folder } = opened;
  await chat(session.proxy.url);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { report } = await attach(opened, LONG.replace("1h", "200ms"));
  expect(report).toMatchObject({ calls: { attempts: 0 }, stopped: null });
  const { events } = readEvents(join(folder, "attached"));
  expect(events.find(({ type }) => type === "scenario_loaded")?.t_ms).toBe(0);
  expect(events.every(({ t_ms: ms }) => ms >= 0)).toBe(true);
  expect(report.phases[0]?.toMs).toBeLessThan(session.clock.nowMs() - 250);
});

it("refuses a proxy that is itself a run, before anything is written", async () => {
  const opened = await openSession({ mode: "run" });
  await expect(attach(opened)).rejects.toThrow(/a run plays the scenario it was started with/);
});

it("keeps facts in order over a channel that fails for a while, and turns what is no fact into marks", async () => {
  const sent: unknown[] = [];
  let calls = 0;
  const out = createFactsOut(
    {
      async append({ events }: { events: readonly unknown[] }) {
        if (++calls === 2) throw new Error("away");
        sent.push(...events);
        return { first_seq: 1, last_seq: 40 + sent.length };
      },
    } as never,
    { source: "s", shiftMs: 100, onLost: () => {} },
  );
  out.send({ type: "front_door_first_byte", front: "f1", status: 200, at_ms: 5 });
  expect(await out.flushed()).toBe(41);
  out.send({ type: "app_state", state: "ready" });
  expect(await out.flushed()).toBe(42);
  expect(sent).toEqual([
    { type: "front_door_first_byte", front: "f1", status: 200, at_ms: 105 },
    { type: "mark", label: "app_state", facts: { state: "ready" } },
  ]);
});
