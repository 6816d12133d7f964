import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { fitParts } from "../../../src/cli/live/fit.ts";
import { liveLines } from "../../../src/cli/live/lines.ts";
import { createViewModel } from "../../../src/dashboard/view-model.ts";
import { story } from "../../support/events.ts";

const MOMENT = {
  nowMs: 14_000,
  proxyUrl: "http://127.0.0.1:4141",
  readings: [{ dimension: "tpm", limit: 30_000, used: 28_000, resetMs: 4_000 }],
  faults: [],
};

function view() {
  const model = createViewModel();
  const { events } = story({ expect: [{ name: "no_hang", params: { within: "5s" } }] })
    .phase("storm", { fault: "rate_limit" })
    .front("f1")
    .received("c1", { trace: "trace-f1" })
    .replied("c1", 429, { afterMs: 5 })
    .frontEnded("f1", 503, { matched: { shed: true } });
  for (const event of events) model.fold(event);
  const one = {
    name: "no_hang",
    explained: "every call ends within 5 s",
    phase: null,
    call: undefined,
    atMs: undefined,
  };
  model.judged([{ ...one, verdict: "fail", summary: "1 of 1 calls had no end" }], 1_000, false);
  return model.view(MOMENT);
}

const lines = (columns: number, rows: number, keys?: string) =>
  liveLines(view(), { columns, rows }, keys).map(stripVTControlCharacters);

describe("the live lines", () => {
  it("tell where the run is, what is near its limit, how the calls fare and what is broken", () => {
    const text = lines(120, 40, "s stop chaos").join("\n");
    expect(text).toMatch(/^. 0:14.*storm/m);
    expect(text).toMatch(/^limits .*tokens\/min 93 %/m);
    expect(text).toMatch(/^calls +1 +clean 0 .*in the last minute/m);
    expect(text).toMatch(
      /^expect +0 . +1 . +0 . +so far +every call ends within 5 s: 1 of 1 calls had no end +s stop chaos$/m,
    );
  });

  it("never reach the last column, so that no line is broken", () => {
    for (const columns of [20, 33, 60, 80, 200])
      for (const line of lines(columns, 40, "s stop chaos"))
        expect(stringWidth(line)).toBeLessThan(Math.max(21, columns));
  });

  it("leave the log two rows of a low terminal; where the run is goes last", () => {
    for (const rows of [3, 4, 6, 8]) expect(lines(80, rows).length).toBeLessThanOrEqual(rows - 2);
    expect(lines(80, 3)).toEqual([expect.stringContaining("storm")]);
    expect(lines(80, 1)).toHaveLength(1);
  });
});

describe("fitting parts of a line", () => {
  const parts = [
    { text: "first", rank: 0 },
    { text: "second", rank: 2 },
    { text: "third", rank: 1 },
  ];

  it("drops the least needed ones first and keeps the order", () => {
    expect(fitParts(parts, 40)).toBe("first   second   third");
    expect(fitParts(parts, 15)).toBe("first   third");
    expect(fitParts(parts, 8)).toBe("first");
  });

  it("cuts what is left by what it takes on the screen, not by letters", () => {
    expect(fitParts([{ text: "日本語の名前", rank: 0 }], 7)).toBe("日本語…");
    expect(fitParts([{ text: "\u001b[31mred and long\u001b[39m", rank: 0 }], 5)).toBe("red …");
  });
});
