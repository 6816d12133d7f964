import { expect, it } from "vitest";
import { z } from "zod";
import { describeParams } from "../../src/core/describe-params.ts";
import { distribution } from "../../src/core/distribution.ts";
import { count, duration, position, share } from "../../src/core/schema.ts";

const params = z
  .strictObject({
    after: position().prefault({ tokens: 20 }).meta({ description: "Where" }),
    lasts: distribution().optional().meta({ description: "How long" }),
    pings: z.union([z.boolean(), duration()]).default(false),
    how: z.enum(["fin", "rst"]).default("fin"),
    sizes: z.array(count()).min(1).default([4]),
    jitter: share(),
    set: z.record(z.string(), z.number()).optional(),
  })
  .refine(() => true);

it("says of each parameter how it is written, what it is without, and what it means", () => {
  const rows = describeParams(params).map((row) => [row.name, row.form, row.default, row.required, row.description]);
  expect(rows).toEqual([
    ["after", "position", "{ tokens: 20 }", false, "Where"],
    ["lasts", "2s, or drawn", undefined, false, "How long"],
    ["pings", "true | false | 2s", "false", false, ""],
    ["how", "fin | rst", "fin", false, ""],
    ["sizes", "[8, …]", "[4]", false, ""],
    ["jitter", "5%", undefined, true, "A share: 5% or 0.05"],
    ["set", "{ name: number }", undefined, false, ""],
  ]);
});

it("finds none where there are none", () => {
  expect(describeParams(z.strictObject({}))).toEqual([]);
});
