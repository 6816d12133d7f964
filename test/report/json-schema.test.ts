import { describe, expect, it } from "vitest";
import { renderers, reportFileSchema } from "../../src/report/index.ts";
import { broken, held, rampStory, reportOf, stormStory } from "../support/report.ts";

const written = (report: ReturnType<typeof reportOf>) => JSON.parse(renderers.get("report.json")?.(report) ?? "");

describe("report.json", () => {
  it.each([
    ["a storm", () => reportOf(stormStory().ended(), { expectations: [held(), broken()] })],
    ["a ramp", () => reportOf(rampStory().ended(), { expectations: [held()] })],
  ])("of %s is what its schema says, without a key too many", (_name, make) => {
    expect(reportFileSchema.safeParse(written(make())).error?.issues ?? []).toEqual([]);
  });

  it("would be refused with a key that the schema does not know", () => {
    const report = written(reportOf(stormStory().ended(), { expectations: [held()] }));
    expect(reportFileSchema.safeParse({ ...report, surprise: 1 }).success).toBe(false);
  });
});
