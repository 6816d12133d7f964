import type { Story } from "../support/events.ts";

/** A refilled bucket of requests per minute, as a provider counts. */
export function createBucket(limit: number, used = 0) {
  let lastMs = 0;
  let level = used;
  return (nowMs: number) => {
    level = Math.max(0, level - ((nowMs - lastMs) * limit) / 60_000);
    lastMs = nowMs;
    const fits = level + 1 <= limit;
    if (fits) level += 1;
    return { fits, reading: { dimension: "rpm", limit, used: level }, waitMs: (level + 1 - limit) * (60_000 / limit) };
  };
}

/** Calls at given times against a counted wall of 60 requests per minute; answered or refused at once. */
export function against(told: Story, timesMs: readonly number[], { limit = 60, used = 0, model = "big" } = {}): Story {
  const ask = createBucket(limit, used);
  timesMs.forEach((ms, i) => {
    const { fits, reading, waitMs } = ask(ms);
    const call = `c-${model}-${i}`;
    told.at(ms).received(call, { model });
    if (fits) told.replied(call, 200, { afterMs: 1, readings: [reading] });
    else told.replied(call, 429, { afterMs: 1, origin: "counted", dimension: "rpm", announced: waitMs });
  });
  return told;
}

/** Times from a given one to another with a fixed gap. */
export function every(gapMs: number, { from, to }: { from: number; to: number }): number[] {
  return Array.from({ length: Math.ceil((to - from) / gapMs) }, (_, i) => from + i * gapMs);
}

/** One call each 100 ms at the front door of a wall of 60 per minute: each n-th is let in and served, the rest shed. */
export function shedding(told: Story, { calls, letIn }: { calls: number; letIn: number }): Story {
  const ask = createBucket(60);
  told.phase("steady");
  for (let i = 0; i < calls; i++) {
    told.after(100).front(`f${i}`);
    if (i % letIn !== 0) {
      told.frontEnded(`f${i}`, 503, { matched: { shed: true } });
      continue;
    }
    told.received(`c${i}`, { trace: `trace-f${i}` });
    told.replied(`c${i}`, 200, { afterMs: 1, readings: [ask(told.nowMs).reading] }).frontEnded(`f${i}`, 200);
  }
  return told.ended();
}
