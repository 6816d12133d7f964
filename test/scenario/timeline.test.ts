import { describe, expect, it } from "vitest";
import type { Phase } from "../../src/core/scenario.ts";
import { createTimeline } from "../../src/scenario/timeline.ts";
import { createFakeClock } from "../support/clock.ts";

function play(...lengths: (number | undefined)[]) {
  const clock = createFakeClock();
  const phases = lengths.map((lastsMs, i): Phase => ({ name: `p${i + 1}`, lastsMs, faults: [] }));
  const seen: string[] = [];
  const timeline = createTimeline({
    phases,
    clock,
    onPhase: (started, ended) => seen.push(`${clock.nowMs()} ${ended?.name ?? "-"} → ${started?.name ?? "-"}`),
  });
  let done = false;
  void timeline.done.then(() => {
    done = true;
  });
  return { clock, seen, timeline, isDone: () => done };
}

describe("the timeline", () => {
  it("plays the phases one after the other", async () => {
    const { clock, seen, timeline, isDone } = play(1_000, 2_000);
    await clock.advance(500);
    expect(timeline.current()).toBeUndefined();
    timeline.start();
    timeline.start();
    expect(timeline.current()?.name).toBe("p1");
    await clock.advance(2_999);
    expect(isDone()).toBe(false);
    await clock.advance(1);
    expect(seen).toEqual(["500 - → p1", "1500 p1 → p2", "3500 p2 → -"]);
    expect(timeline.current()).toBeUndefined();
    expect(isDone()).toBe(true);
  });

  it("goes on at once with next, and then keeps the next phase's full length", async () => {
    const { clock, seen, timeline } = play(1_000, 2_000);
    timeline.start();
    await clock.advance(300);
    timeline.next();
    await clock.advance(5_000);
    expect(seen).toEqual(["0 - → p1", "300 p1 → p2", "2300 p2 → -"]);
    timeline.next();
    expect(seen).toHaveLength(3);
  });

  it("waits in a phase without a length until it is told", async () => {
    const { clock, timeline, isDone } = play(1_000, undefined);
    timeline.start();
    await clock.advance(3_600_000);
    expect(timeline.current()?.name).toBe("p2");
    timeline.next();
    await clock.advance(0);
    expect(isDone()).toBe(true);
  });

  it("ends what plays on stop, and leaves no timer", async () => {
    const { clock, seen, timeline, isDone } = play(1_000, 2_000);
    timeline.start();
    timeline.stop();
    timeline.stop();
    await clock.advance(0);
    expect(seen).toEqual(["0 - → p1", "0 p1 → -"]);
    expect(clock.pending).toBe(0);
    expect(isDone()).toBe(true);
  });

  it("stopped before it began, never begins", async () => {
    const { clock, seen, timeline, isDone } = play(1_000);
    timeline.stop();
    timeline.start();
    await clock.advance(2_000);
    expect(seen).toEqual([]);
    expect(isDone()).toBe(true);
  });

  it("without phases is over as soon as it starts", async () => {
    const { clock, timeline, isDone } = play();
    timeline.start();
    await clock.advance(0);
    expect(isDone()).toBe(true);
  });
});
