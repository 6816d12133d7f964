import { describe, expect, it } from "vitest";
import { pacedBody } from "../../src/upstreams/paced-body.ts";
import { createFakeClock } from "../support/clock.ts";
import { gather } from "../support/stub.ts";

function setUp(gaps: number[]) {
  const clock = createFakeClock();
  const leaving = new AbortController();
  let ends = 0;
  const frames = gaps.map((gapMs, i) => ({ bytes: new TextEncoder().encode(String(i)), gapMs }));
  const onEnd = () => {
    ends++;
  };
  const body = pacedBody(frames, { clock, signal: leaving.signal, onEnd });
  const start = () => gather({ status: 200, statusText: "", headers: [], body }, clock);
  return { clock, leaving, body, start, ends: () => ends };
}

describe("paced body", () => {
  it("stops when paused and does not make up for it by a burst", async () => {
    const { clock, body, start, ends } = setUp([0, 10, 10, 10, 10]);
    const read = start();
    await clock.advance(15);
    body.pause();
    await clock.advance(1_000);
    expect(read.text).toBe("01");
    expect(clock.pending).toBe(0);
    body.resume();
    await clock.advance(100);
    expect(read.chunks.map(({ atMs }) => atMs)).toEqual([0, 10, 1_015, 1_025, 1_035]);
    expect(read.ended).toBe("end");
    expect(ends()).toBe(1);
  });

  it("takes a pause from within data()", async () => {
    const { clock, body, ends } = setUp([0, 0, 0]);
    const seen: string[] = [];
    body.start({
      data(chunk) {
        seen.push(new TextDecoder().decode(chunk));
        body.pause();
        if (seen.length === 1) body.resume();
        else if (seen.length === 2) clock.after(50, () => body.resume());
      },
      end: () => seen.push("end"),
      fail: () => seen.push("fail"),
    });
    expect(seen).toEqual(["0", "1"]);
    await clock.advance(50);
    expect(seen).toEqual(["0", "1", "2"]);
    body.resume();
    expect(seen).toEqual(["0", "1", "2", "end"]);
    expect(ends()).toBe(1);
  });

  it("gives its place back once, also when it was never started", async () => {
    const { clock, leaving, start, ends } = setUp([10, 10]);
    leaving.abort();
    leaving.abort();
    expect(ends()).toBe(1);
    const read = start();
    await clock.advance(100);
    expect(read.chunks).toEqual([]);
    expect(read.ended).toMatchObject({ code: "ABORTED", stage: "body" });
  });
});
