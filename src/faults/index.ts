import type { Fault } from "../core/fault.ts";
import { badGateway } from "./bad_gateway.ts";
import { badKey } from "./bad_key.ts";
import { contentFilter } from "./content_filter.ts";
import { contextTooLong } from "./context_too_long.ts";
import { disconnect } from "./disconnect.ts";
import { emptyReply } from "./empty_reply.ts";
import { hang } from "./hang.ts";
import { htmlReply } from "./html_reply.ts";
import { jsonForStream } from "./json_for_stream.ts";
import { lateClose } from "./late_close.ts";
import { latency } from "./latency.ts";
import { midStreamError } from "./mid_stream_error.ts";
import { overloaded } from "./overloaded.ts";
import { quotaExceeded } from "./quota_exceeded.ts";
import { rateLimit } from "./rate_limit.ts";
import { requestTooLarge } from "./request_too_large.ts";
import { reset } from "./reset.ts";
import { serverError } from "./server_error.ts";
import { slowFirstToken } from "./slow_first_token.ts";
import { stall } from "./stall.ts";
import { timeoutStatus } from "./timeout_status.ts";
import { truncate } from "./truncate.ts";
import { unknownModel } from "./unknown_model.ts";

/** In the order in which `list` shows them: refusals, odd answers, time, and what breaks a stream. */
const ALL = [
  rateLimit,
  quotaExceeded,
  overloaded,
  serverError,
  badGateway,
  timeoutStatus,
  badKey,
  unknownModel,
  contextTooLong,
  contentFilter,
  requestTooLarge,
  emptyReply,
  htmlReply,
  jsonForStream,
  hang,
  reset,
  latency,
  slowFirstToken,
  stall,
  truncate,
  disconnect,
  lateClose,
  midStreamError,
];

/** Every fault by the word users type. */
export const faults: ReadonlyMap<string, Fault> = new Map(
  ALL.map((fault): [string, Fault] => [fault.name, fault as Fault]),
);
