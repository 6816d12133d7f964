import { expect, it } from "vitest";
import { ChaosControl } from "../../src/control/index.ts";
import type { ChaosEvent } from "../../src/core/event.ts";
import { createHost, openControl } from "../support/control.ts";

const mark = (label: string) => ({ type: "mark", label, who: "test" }) as const;

it("follows the log over a lost connection, without a gap or a double", async () => {
  const host = createHost();
  host.status = () => ({ last_seq: host.lastSeq }) as ReturnType<typeof host.status>;
  const first = await openControl({ host, token: "the-same-token" });
  const control = new ChaosControl({ url: first.url, token: "the-same-token", name: "ana" });
  const seen: number[] = [];
  const lost: string[] = [];
  host.append(mark("1"));
  await control.follow((event: ChaosEvent) => void seen.push(event.seq), {
    since: 0,
    onLost: (e) => void lost.push(e.message),
  });
  host.append(mark("2"));
  await expect.poll(() => seen).toEqual([1, 2]);
  await control.panic();
  expect(host.done).toContainEqual(["command", expect.stringMatching(/^ana \(control-\d\)$/), "panic", {}]);

  await first[Symbol.asyncDispose]();
  host.append(mark("3"));
  await expect.poll(() => lost.length).toBeGreaterThan(0);
  await using second = await openControl({
    host,
    token: "the-same-token",
    listen: { host: "127.0.0.1", port: first.port },
  });
  await expect.poll(() => seen, { timeout: 8_000 }).toEqual([1, 2, 3]);
  second.events.append(mark("not this host's"));
  host.append(mark("4"));
  await expect.poll(() => seen).toEqual([1, 2, 3, 4]);
  await control.panic();
  control.close();
  await expect(control.panic()).rejects.toThrow(/was closed/);
});

it("begins anew when the proxy was restarted, and asks for the token again", async () => {
  const old = createHost();
  old.status = () => ({ last_seq: old.lastSeq }) as ReturnType<typeof old.status>;
  const first = await openControl({ host: old });
  let token = first.token;
  const control = new ChaosControl({ url: first.url, token: () => token });
  const seen: string[] = [];
  let restarts = 0;
  for (const label of ["a", "b"]) old.append(mark(label));
  await control.follow((event) => void seen.push((event as ChaosEvent<"mark">).label), {
    since: 0,
    onRestart: () => void restarts++,
  });
  await expect.poll(() => seen).toEqual(["a", "b"]);
  await first[Symbol.asyncDispose]();
  const fresh = createHost();
  fresh.status = () => ({ last_seq: fresh.lastSeq }) as ReturnType<typeof fresh.status>;
  fresh.append(mark("c"));
  await using second = await openControl({ host: fresh, listen: { host: "127.0.0.1", port: first.port } });
  token = second.token;
  await expect.poll(() => seen, { timeout: 8_000 }).toEqual(["a", "b", "c"]);
  expect(restarts).toBe(1);
  control.close();
});

it("gives up on a token that stays refused, and says so", async () => {
  await using control = await openControl();
  const client = new ChaosControl({ url: control.url, token: "wrong" });
  await expect(client.status()).rejects.toThrow(/refused the token/);
  await expect(client.follow(() => {})).rejects.toThrow(/refused the token/);
  client.close();
});
