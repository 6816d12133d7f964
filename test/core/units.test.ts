import { describe, expect, it } from "vitest";
import {
  formatCount,
  formatDuration,
  formatShare,
  parseCount,
  parseDuration,
  parseShare,
} from "../../src/core/units.ts";

describe("parseDuration", () => {
  it.each([
    ["250ms", 250],
    ["2s", 2_000],
    ["1.5m", 90_000],
    ["6m0s", 360_000],
    ["1h2m3s", 3_723_000],
    ["2d", 172_800_000],
    ["1_000ms", 1_000],
    ["0", 0],
    [" 2s ", 2_000],
  ])("%s is %d ms", (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(["2", "", "s", "2 s", "-2s", "2sec", "2s3", "1e3s", "NaNs"])("%j is none", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("parseShare and parseCount", () => {
  it("read what people write", () => {
    expect([parseShare("5%"), parseShare("0.05"), parseShare(0.05), parseShare("150%")]).toEqual([
      0.05, 0.05, 0.05, 1.5,
    ]);
    expect([parseShare("x"), parseShare(-1), parseShare("5 % ")]).toEqual([undefined, undefined, 0.05]);
    expect([parseCount("30_000"), parseCount(30_000), parseCount("1.5"), parseCount(-1), parseCount("")]).toEqual([
      30_000,
      30_000,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("what people read", () => {
  it.each([
    [0, "0 ms"],
    [849.6, "850 ms"],
    [1_000, "1 s"],
    [2_440, "2.44 s"],
    [59_900, "59.9 s"],
    [60_000, "1 min"],
    [90_000, "1 min 30 s"],
    [3_600_000, "1 h"],
    [86_400_000, "24 h"],
  ])("%d ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

  it("never rounds the small part up to a whole large one", () => {
    expect(formatDuration(119_900)).toBe("2 min");
    expect(formatDuration(3_599_999)).toBe("1 h");
    expect(formatDuration(999.7)).toBe("1 s");
    expect(formatDuration(59_990)).toBe("1 min");
  });

  it("shows shares and counts", () => {
    expect([formatShare(0), formatShare(0.005), formatShare(0.12), formatShare(1)]).toEqual([
      "0 %",
      "0.5 %",
      "12 %",
      "100 %",
    ]);
    expect(formatCount(30_000.4)).toBe("30,000");
  });
});
