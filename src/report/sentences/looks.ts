/**
 * How a fault that spoils calls or answers looks from the app, by the fault's name: for people who meet the same in the night and have
 * never seen a scenario. Faults that refuse a call are not here, since their refusals are told with status and wait.
 */
export const LOOKS: Readonly<Record<string, string>> = {
  empty_reply: "answers with nothing in them",
  html_reply: "HTML pages where answers were expected",
  json_for_stream: "JSON where a stream was asked for",
  hang: "calls that are never answered",
  reset: "connections reset before an answer",
  latency: "calls answered late",
  slow_first_token: "a late first token",
  slow_tokens: "slow tokens",
  bandwidth: "slow connections",
  stall: "streams that stop in the middle",
  truncate: "answers that end early, as if whole",
  disconnect: "connections cut in the middle of an answer",
  late_close: "connections that stay open after the end",
  mid_stream_error: "errors inside a 200",
  malformed_chunk: "events that cannot be read",
  split_frames: "events in many pieces",
  merge_frames: "many events in one piece",
  duplicate_frame: "events that come twice",
  drop_frame: "events that are missing",
  drop_finish: "streams without a finish",
  drop_usage: "streams without usage",
  wrong_finish: "wrong finish reasons",
  garbled_tool_call: "tool calls whose arguments cannot be read",
  header_lies: "rate limit headers that are wrong",
};
