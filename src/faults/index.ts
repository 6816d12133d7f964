import type { Fault } from "../core/fault.ts";
import { disconnect } from "./disconnect.ts";
import { latency } from "./latency.ts";
import { rateLimit } from "./rate_limit.ts";
import { slowFirstToken } from "./slow_first_token.ts";
import { stall } from "./stall.ts";
import { truncate } from "./truncate.ts";

/** Every fault by the word users type. */
export const faults: ReadonlyMap<string, Fault> = new Map(
  [rateLimit, latency, slowFirstToken, stall, truncate, disconnect].map((fault): [string, Fault] => [
    fault.name,
    fault as Fault,
  ]),
);
