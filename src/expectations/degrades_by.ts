import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import { duration } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { judgePath } from "./shared/degradation.ts";
import { WAYS } from "./shared/degraded-calls.ts";

const params = z.strictObject({
  any_of: z.array(z.enum(WAYS)).min(1).meta({ description: "The degradation paths that count" }),
  within: duration().meta({ description: "From the first refusal or fault to the first degraded call" }),
});
type Params = z.output<typeof params>;

export const degradesBy = {
  name: "degrades_by",
  summary: "Once the wall is met, the app sheds, queues or falls back in time.",
  needsFrontDoor: true,
  params,
  explain: ({ any_of, within }) => `${any_of.join(" or ")} within ${formatDuration(within)} of the first refusal`,
  check: ({ any_of, within }, selected, whole) => judgePath({ ways: any_of, within }, selected, whole),
} satisfies Expectation<Params>;
