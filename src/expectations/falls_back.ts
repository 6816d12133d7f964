import { z } from "zod";
import type { Expectation } from "../core/expectation.ts";
import { duration, glob } from "../core/schema.ts";
import { formatDuration } from "../core/units.ts";
import { judgePath } from "./shared/degradation.ts";

const params = z.strictObject({
  to: glob().optional().meta({ description: "Model or provider, * for any run of characters. Default: any other" }),
  within: duration().optional().meta({
    description: "From the first refusal or fault to the first call that goes elsewhere. Default: at any time",
  }),
});
type Params = z.output<typeof params>;

/** Seen at the proxy too, when the other model or provider is called through it. Only answers that arrived whole count. */
export const fallsBack = {
  name: "falls_back",
  summary: "Once the wall is met, answers come from another model or provider.",
  needsFrontDoor: false,
  params,
  explain: ({ to, within }) =>
    `falls back${to === undefined ? "" : ` to ${to}`}${within === undefined ? "" : ` within ${formatDuration(within)} of the first refusal`}`,
  check: ({ to, within }, selected, whole) => judgePath({ ways: ["fallback"], within, to }, selected, whole),
} satisfies Expectation<Params>;
