import { expect, it } from "vitest";
import { createSystemClock } from "../../src/run/system-clock.ts";

it("never calls back early, not by the fraction of a millisecond by which timers do", async () => {
  const clock = createSystemClock();
  const early: number[] = [];
  const one = (ms: number) =>
    new Promise<void>((resolve) => {
      const dueMs = clock.nowMs() + ms;
      clock.after(ms, () => {
        if (clock.nowMs() < dueMs) early.push(dueMs - clock.nowMs());
        resolve();
      });
    });
  await Promise.all(Array.from({ length: 2_000 }, (_, i) => one(1 + (i % 40) / 7)));
  expect(early).toEqual([]);
});

it("does not call back at once for a time that no timer holds, and can be cancelled", async () => {
  const clock = createSystemClock();
  const called: string[] = [];
  const cancelLong = clock.after(2 ** 32, () => called.push("long"));
  const cancelEndless = clock.after(Number.POSITIVE_INFINITY, () => called.push("endless"));
  clock.after(5, () => called.push("cancelled"))();
  await new Promise((resolve) => clock.after(30, () => resolve(called.push("short"))));
  expect(called).toEqual(["short"]);
  cancelLong();
  cancelEndless();
});

it("shares its zero point with a clock in another process", () => {
  const first = createSystemClock();
  const second = createSystemClock(first.startedAtNs);
  expect(Math.abs(second.nowMs() - first.nowMs())).toBeLessThan(50);
});
