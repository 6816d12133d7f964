import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { judgePath } from "./shared/degradation.ts";

const params = z.strictObject({
  within: duration().optional().meta({
    description: "From the first refusal or fault to the first call that the app sheds. Default: at any time",
  }),
});
type Params = z.output<typeof params>;

export const sheds = {
  name: "sheds",
  summary: "Once the wall is met, the app refuses calls itself instead of failing them.",
  needsFrontDoor: true,
  params,
  explain: ({ within }) =>
    within === undefined ? "sheds" : `sheds within ${formatDuration(within)} of the first refusal`,
  check: ({ within }, selected, whole) => judgePath({ ways: ["shed"], within }, selected, whole),
} satisfies Expectation<Params>;
