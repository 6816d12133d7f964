import type { Fault } from "../core/fault.ts";
import { badGateway } from "./bad_gateway.ts";
import { badKey } from "./bad_key.ts";
import { bandwidth } from "./bandwidth.ts";
import { contentFilter } from "./content_filter.ts";
import { contextTooLong } from "./context_too_long.ts";
import { disconnect } from "./disconnect.ts";
import { dropFinish } from "./drop_finish.ts";
import { dropFrame } from "./drop_frame.ts";
import { dropUsage } from "./drop_usage.ts";
import { duplicateFrame } from "./duplicate_frame.ts";
import { emptyReply } from "./empty_reply.ts";
import { garbledToolCall } from "./garbled_tool_call.ts";
import { hang } from "./hang.ts";
import { headerLies } from "./header_lies.ts";
import { htmlReply } from "./html_reply.ts";
import { jsonForStream } from "./json_for_stream.ts";
import { lateClose } from "./late_close.ts";
import { latency } from "./latency.ts";
import { malformedChunk } from "./malformed_chunk.ts";
import { mergeFrames } from "./merge_frames.ts";
import { midStreamError } from "./mid_stream_error.ts";
import { overloaded } from "./overloaded.ts";
import { quotaExceeded } from "./quota_exceeded.ts";
import { rateLimit } from "./rate_limit.ts";
import { requestTooLarge } from "./request_too_large.ts";
import { reset } from "./reset.ts";
import { serverError } from "./server_error.ts";
import { slowFirstToken } from "./slow_first_token.ts";
import { slowTokens } from "./slow_tokens.ts";
import { splitFrames } from "./split_frames.ts";
import { stall } from "./stall.ts";
import { timeoutStatus } from "./timeout_status.ts";
import { truncate } from "./truncate.ts";
import { unknownModel } from "./unknown_model.ts";
import { wrongFinish } from "./wrong_finish.ts";

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
  slowTokens,
  bandwidth,
  stall,
  truncate,
  disconnect,
  lateClose,
  midStreamError,
  malformedChunk,
  splitFrames,
  mergeFrames,
  duplicateFrame,
  dropFrame,
  dropFinish,
  dropUsage,
  wrongFinish,
  garbledToolCall,
  headerLies,
];

/** Every fault by the word users type. */
export const faults: ReadonlyMap<string, Fault> = new Map(
  ALL.map((fault): [string, Fault] => [fault.name, fault as Fault]),
);
