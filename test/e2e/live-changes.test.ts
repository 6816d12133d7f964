import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { connectControl } from "../../src/control/index.ts";
import { freshFolder, startProxyCli } from "../support/e2e.ts";
import { openStream, startNumberedUpstream } from "../support/numbered-upstream.ts";

/** Each keeps bytes back in a way of its own. */
const HOLDING = [
  { stall: { after: { events: 4 }, lasts: "10m" } },
  { slow_first_token: { add: "10m" } },
  { slow_tokens: { add: "2s" } },
  { merge_frames: {} },
  { split_frames: {} },
  { bandwidth: { rate: 400 } },
];

it("adds, changes and removes faults while streams run, without losing or doubling a byte", async () => {
  const cwd = freshFolder();
  const upstream = await startNumberedUpstream({ events: 200 });
  const proxy = await startProxyCli(["--upstream", upstream.url, "--control", "127.0.0.1:0"], { cwd });
  const [, url = ""] = await proxy.says(/^control (ws:\S+)/m);
  const token = readFileSync(join(cwd, ".llm-chaos/control-token"), "utf8").trim();
  const control = await connectControl({ url, token });
  const inject = async (fault: object, model: string) =>
    (await control.call("fault.inject", { fault, where: { model }, ttl: "5m" })) as { id: string };

  // Running before anything is injected, and to its end beside all that follows.
  const before = await openStream(proxy.url, "m0");
  const ids = await Promise.all(HOLDING.map((fault, n) => inject(fault, `m${n}`)));
  const under = HOLDING.map((_, n) => openStream(proxy.url, `m${n}`));
  const all = inject({ latency: { add: "1ms" } }, "*");
  await before.reached(upstream.whole.length / 10);
  const hits = async () => ((await control.call("status")) as { faults: { id: string; hits: number }[] }).faults;
  await expect
    .poll(async () => (await hits()).filter((fault) => ids.some(({ id }) => id === fault.id)))
    .toEqual(ids.map(({ id }) => expect.objectContaining({ id, hits: 1 })));
  await control.call("fault.remove", { id: (await all).id });
  for (const { id } of ids) {
    expect(await control.call("fault.remove", { id })).toEqual({ removed: true });
    // A change: taken away and put back in another form, while the streams of the others go on.
    await inject({ slow_tokens: { add: "1ms" } }, "later");
  }
  const streams = [before, ...(await Promise.all(under))];
  for (const [n, { ended }] of streams.entries()) expect(await ended, `stream ${n}`).toBe(upstream.whole);

  // Panic in the midst of all of them together.
  for (const fault of HOLDING) await inject(fault, "all");
  const pressed = openStream(proxy.url, "all");
  const { in_flight: running } = (await control.call("status")) as { in_flight: number };
  expect(running).toBeLessThanOrEqual(1);
  await expect.poll(async () => ((await control.call("status")) as { in_flight: number }).in_flight).toBe(1);
  await control.call("panic");
  expect(await (await pressed).ended).toBe(upstream.whole);
  control.close();
});
