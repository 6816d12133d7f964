import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  band,
  CHART_STYLE,
  chart,
  DARK,
  LIGHT,
  lane,
  line,
  linear,
  px,
  stackedBar,
  stackLabels,
  textures,
  ticks,
  timeTicks,
} from "../../src/report/svg/index.ts";

describe("scales", () => {
  it("map straight, and a domain without width to its start", () => {
    const scale = linear([0, 10], [100, 0]);
    expect([scale(0), scale(5), scale(10)]).toEqual([100, 50, 0]);
    expect(linear([3, 3], [7, 9])(3)).toBe(7);
  });

  it("have round ticks that cover the largest value", () => {
    expect(ticks(7)).toEqual([0, 2, 4, 6, 8]);
    expect(ticks(0)).toHaveLength(2);
    expect(ticks(0.3, 2)).toEqual([0, 0.2, 0.4]);
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), fc.integer({ min: 1, max: 12 }), (max, atMost) => {
        const marks = ticks(max, atMost);
        expect(marks[0]).toBe(0);
        expect(marks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-8));
        expect(marks.length).toBeLessThanOrEqual(atMost + 1);
      }),
    );
  });

  it("have times that people count in, inside the span", () => {
    expect(timeTicks(0, 60_000, 6)).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    expect(timeTicks(7_000, 46_000, 4)).toEqual([10_000, 20_000, 30_000, 40_000]);
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1e9), fc.integer({ min: 1, max: 20 }), (fromMs, spanMs, atMost) => {
        const marks = timeTicks(fromMs, fromMs + spanMs, atMost);
        expect(marks.length).toBeLessThanOrEqual(atMost + 1);
        for (const mark of marks) expect(mark >= fromMs && mark <= fromMs + spanMs).toBe(true);
      }),
    );
  });

  it("write coordinates short", () => {
    expect([px(1.25), px(2), px(0.04)]).toEqual(["1.3", "2", "0"]);
  });
});

describe("marks", () => {
  const at = (x: number, y: number) => ({ x, y });

  it("leave a gap where nothing was measured, and a dot for a lonely point", () => {
    const drawn = line([at(0, 1), at(1, 2), null, at(3, 4), null, null, at(5, 6), at(6, 7)], { tone: "ok" });
    expect(drawn).toContain('d="M0 1L1 2M5 6L6 7"');
    expect(drawn.match(/<circle/g)).toHaveLength(1);
    expect(line([], { tone: "ok" })).toBe("");
    expect(line([at(0, 0), at(1, 1)], { tone: "fault", dashed: true })).toContain("stroke-dasharray");
  });

  it("stack a bar from its foot upwards, and leave out parts without a height", () => {
    const parts = [10, 0, 5].map((height) => ({ height, fill: { texture: "solid", tone: "ok" } as const }));
    const drawn = stackedBar({ x: 0, y: 100, width: 4 }, parts, "c");
    expect([...drawn.matchAll(/y="(\d+)"[^>]*height="(\d+)"/g)].map(([, y, height]) => [y, height])).toEqual([
      ["90", "10"],
      ["85", "5"],
    ]);
  });

  it("hatch a band only where a fault was in force", () => {
    const area = { x: 0, y: 0, width: 10, height: 10 };
    expect(band(area, "fault", "c")).toContain("url(#c-hatch-fault)");
    expect(band(area, "plain", "c")).not.toContain("url(");
  });

  it("show a lane's label where it fits, the short one where it does not, and all of it in the tooltip", () => {
    const segment = { label: "storm: rate_limit", short: "storm" };
    const shown = (width: number) =>
      /<text[^>]*>([^<]*)/.exec(lane({ y: 0, height: 20 }, [{ x: 0, width, ...segment }], "c"))?.[1];
    expect([shown(200), shown(60), shown(30), shown(10)]).toEqual(["storm: rate_limit", "storm", "st…", undefined]);
    expect(lane({ y: 0, height: 20 }, [{ x: 0, width: 5, ...segment }], "c")).toContain(
      "<title>storm: rate_limit</title>",
    );
  });

  it("put labels into rows in which none overlaps another", () => {
    const plot = { x: 0, y: 100, width: 300 };
    const at = (...labels: [number, string][]) => {
      const { svg, height } = stackLabels(
        plot,
        labels.map(([x, content]) => ({ x, content })),
      );
      return {
        height,
        y: [...svg.matchAll(/ y="(\d+)"/g)].map(([, y]) => Number(y)),
        x: [...svg.matchAll(/ x="([\d.]+)"/g)].map(([, x]) => Number(x)),
      };
    };
    expect(at([50, "apart"], [250, "apart"])).toMatchObject({ height: 13, y: [95, 95] });
    expect(at([50, "together"], [60, "together"])).toMatchObject({ height: 26, y: [95, 82] });
    expect(at([0, "at the edge"]).x[0]).toBeGreaterThan(30);
    expect(at([300, "at the edge"]).x[0]).toBeLessThan(270);
    expect(at().height).toBe(0);
  });

  it("escape every text", () => {
    const drawn = chart(
      { width: 1, height: 1 },
      { id: "c", title: "<t>", description: "<d>" },
      lane({ y: 0, height: 9 }, [{ x: 0, width: 99, label: "<l>" }], "c"),
    );
    expect(drawn).not.toMatch(/<[tdl]>/);
  });

  it("define only textures that need a definition", () => {
    expect(textures("c", [{ texture: "solid", tone: "ok" }])).toBe("");
    expect(textures("c", [{ texture: "rows", tone: "near" }])).toContain('id="c-rows-near"');
  });
});

describe("the colours", () => {
  /** WCAG 2 relative luminance. */
  const luminance = (colour: string) => {
    const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
    const [r = 0, g = 0, b = 0] = channels.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };

  it.each([
    ["light", LIGHT],
    ["dark", DARK],
  ])("can be read on the %s page", (_name, palette) => {
    for (const tone of ["text", "quiet", "ok", "near", "bad", "fault"] as const)
      expect(contrast(palette[tone], palette.page)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.idle, palette.page)).toBeGreaterThanOrEqual(3);
  });

  it("come from the page: the charts' style names none", () => {
    expect(CHART_STYLE).not.toMatch(/#[0-9a-f]{3}/i);
  });
});
