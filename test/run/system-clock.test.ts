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
  let called = 0;
  const cancels = [2 ** 32, Number.POSITIVE_INFINITY, 5].map((ms) => clock.after(ms, () => called++));
  for (const cancel of cancels) cancel();
  clock.after(2 ** 32, () => called++)();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(called).toBe(0);
});

it("shares its zero point with a clock in another process", () => {
  const first = createSystemClock();
  const second = createSystemClock(first.startedAtNs);
  expect(Math.abs(second.nowMs() - first.nowMs())).toBeLessThan(50);
});
