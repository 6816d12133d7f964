import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { judgePath } from "./shared/degradation.ts";

const params = z.strictObject({
  within: duration().optional().meta({
    description: "From the first refusal or fault to the first call that waited its turn. Default: at any time",
  }),
});
type Params = z.output<typeof params>;

/** Needs a quiet time to tell a queue from the app's own slowness: phases before the faults, or a ramp's lowest step. */
export const queues = {
  name: "queues",
  summary: "Once the wall is met, calls wait their turn in the app and are answered in the end.",
  needsFrontDoor: true,
  params,
  explain: ({ within }) =>
    within === undefined ? "queues" : `queues within ${formatDuration(within)} of the first refusal`,
  check: ({ within }, selected, whole) => judgePath({ ways: ["queue"], within }, selected, whole),
} satisfies Expectation<Params>;
