import { describe, expect, it } from "vitest";
import type { ViewMessage } from "../../src/dashboard/patch.ts";
import { createViewModel } from "../../src/dashboard/view-model.ts";
import { createViewFeed } from "../../src/run/dashboard/feed.ts";
import { createFakeClock } from "../support/clock.ts";
import { story } from "../support/events.ts";

function setUp() {
  const clock = createFakeClock();
  let pictures = 0;
  const model = createViewModel();
  for (const event of story().phase("a").events) model.fold(event);
  const feed = createViewFeed({
    clock,
    view: () => {
      pictures++;
      return model.view({ nowMs: clock.nowMs(), proxyUrl: "", readings: [], faults: [] });
    },
  });
  const viewer = () => {
    const got: ViewMessage[] = [];
    const one = {
      got,
      unread: 0,
      send: (bytes: Uint8Array) => void got.push(JSON.parse(new TextDecoder().decode(bytes)).params),
      unreadBytes: () => one.unread,
    };
    return one;
  };
  return { clock, feed, viewer, pictures: () => pictures };
}

const kindsOf = (messages: readonly ViewMessage[]) => messages.flatMap((message) => Object.keys(message));
const report = { verdict: "pass", stopped: null, sentence: "", runbook: "<p>", folder: "" } as const;

describe("the view feed", () => {
  it("sends the whole picture, then at most four changes a second, made once for all", async () => {
    const { clock, feed, viewer, pictures } = setUp();
    const viewers = [viewer(), viewer(), viewer()];
    for (const one of viewers) feed.watch(one);
    await clock.advance(0);
    await clock.advance(1_000);
    for (const { got } of viewers) expect(kindsOf(got)).toEqual(["full", "patch", "patch", "patch", "patch"]);
    expect(pictures()).toBe(5);
  });

  it("makes no picture while nobody watches", async () => {
    const { clock, feed, viewer, pictures } = setUp();
    await clock.advance(10_000);
    expect(pictures()).toBe(0);
    const leave = feed.watch(viewer());
    await clock.advance(0);
    leave();
    await clock.advance(10_000);
    expect(pictures()).toBe(1);
  });

  it("leaves out a viewer who is behind, and gives it everything when it has caught up", async () => {
    const { clock, feed, viewer } = setUp();
    const slow = viewer();
    feed.watch(slow);
    await clock.advance(0);
    slow.unread = 1_000_000;
    await clock.advance(500);
    expect(kindsOf(slow.got)).toEqual(["full"]);
    slow.unread = 0;
    await clock.advance(500);
    expect(kindsOf(slow.got)).toEqual(["full", "full", "patch"]);
  });

  it("ends with the last picture and the report; who comes later gets both", async () => {
    const { clock, feed, viewer } = setUp();
    const one = viewer();
    feed.watch(one);
    await clock.advance(0);
    feed.finish(report);
    expect(kindsOf(one.got)).toEqual(["full", "patch", "report"]);
    const late = viewer();
    feed.watch(late);
    expect(kindsOf(late.got)).toEqual(["full", "report"]);
    await clock.advance(5_000);
    expect(one.got).toHaveLength(3);
  });

  it("keeps its last picture for who comes after an end that nobody watched", async () => {
    const { clock, feed, viewer, pictures } = setUp();
    feed.finish(report);
    await clock.advance(60_000);
    for (const late of [viewer(), viewer()]) {
      feed.watch(late);
      expect(kindsOf(late.got)).toEqual(["full", "report"]);
    }
    expect(pictures()).toBe(1);
  });
});
