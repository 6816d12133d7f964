import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPatch, diffView } from "../../src/dashboard/patch.ts";
import type { Moment, View } from "../../src/dashboard/view.ts";
import { createViewModel } from "../../src/dashboard/view-model.ts";
import { story } from "../support/events.ts";

const moment = (nowMs: number, used: number): Moment => ({
  nowMs,
  proxyUrl: "",
  readings: [{ dimension: "tpm", limit: 100, used, resetMs: 0 }],
  faults: [],
});
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("patches", () => {
  it("bring the page to the very view that was made, whatever happened between", () => {
    const step = fc.record({
      kind: fc.constantFrom("call", "end", "phase", "pause"),
      ms: fc.nat(4_000),
      status: fc.constantFrom(200, 429, 500),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tale = story({ driven: false });
        const model = createViewModel();
        let folded = 0;
        let calls = 0;
        let before: View | undefined;
        let page: View | undefined;
        for (const { kind, ms, status } of steps) {
          tale.after(ms);
          if (kind === "call") tale.received(`c${++calls}`, { body: `b${calls % 3}` });
          if (kind === "end" && calls > 0) tale.replied(`c${calls}`, status);
          if (kind === "phase") tale.phase(`p${tale.events.length}`, { lastsMs: ms });
          for (; folded < tale.events.length; folded++) {
            const event = tale.events[folded];
            if (event !== undefined) model.fold(event);
          }
          const view = model.view(moment(tale.nowMs, ms % 100));
          page =
            before === undefined || page === undefined ? sent(view) : applyPatch(page, sent(diffView(before, view)));
          expect(page).toEqual(sent(view));
          before = view;
        }
      }),
      { numRuns: 60 },
    );
  });

  it("are small where little changes", () => {
    const tale = story({ driven: false });
    for (let i = 0; i < 200; i++)
      tale
        .after(1_000)
        .received(`c${i}`)
        .replied(`c${i}`, i % 2 === 0 ? 200 : 400);
    const model = createViewModel();
    for (const event of tale.events) model.fold(event);
    const before = model.view(moment(tale.nowMs, 0));
    const patch = diffView(before, model.view(moment(tale.nowMs + 250, 0)));
    expect(Object.keys(patch)).toEqual(["sections"]);
    expect(Object.keys(patch.sections)).toEqual(["head"]);
    expect(JSON.stringify(before).length).toBeGreaterThan(20_000);
    expect(JSON.stringify(patch).length).toBeLessThan(1_000);
  });
});
