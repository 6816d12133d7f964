/** What goes wrong, as data: one row of the page each. */
export interface TroubleCase {
  id: string;
  title: string;
  /** `before`: instead of an answer. `body`: inside an unstreamed answer. `stream`: inside a streamed one. */
  position: "before" | "body" | "stream";
  /** One fault, as in `--fault`; undefined: none, the control. */
  fault: string | undefined;
  /** Another one in these wire formats. */
  inDialect?: Readonly<Record<string, string>>;
  /** Headers of the refusal that no fault sets: name to value. */
  headers?: Readonly<Record<string, string>>;
  /** Another status under the same refusal. */
  status?: number;
  /** Only in these wire formats. */
  dialects?: readonly string[];
  /** Milliseconds decide what the client does: measured with few others beside it, and again when we were late. */
  tight?: boolean;
  /** Memory is collected while the client waits (Node only), after the other cells and apart from them. */
  garbage?: boolean;
  /** The client is given a time limit, in milliseconds. */
  timeoutMs?: number;
}

type Case = Omit<TroubleCase, "position">;

/** The format in which an error inside a stream has three shapes. */
const RESPONSES = "openai-responses";
const SHAPES = ["flat", "nested", "failed"] as const;

const TIMEOUT_MS = 500;
/** The answers of the matrix have 12 tokens. */
const AFTER = "after: { tokens: 4 }";
/** Before everything; a Responses stream has told that it began by then, as all captured ones had. */
const FIRST = "after: { events: 0 }";
const RESPONSES_FIRST = "after: { events: 2 }";
const CUT_BODY = "after: { bytes: 40 }";

const limited = (wait: string, hints: string) => `rate_limit: { retry_after: ${wait}, hints: [${hints}] }`;

const BEFORE: readonly Case[] = [
  { id: "none", title: "no trouble", fault: undefined },
  { id: "429-silent", title: "429, no hint", fault: limited("1s", "") },
  { id: "429-as-sent", title: "429, 1 s, said as that provider does", fault: "rate_limit: { retry_after: 1s }" },
  { id: "429-1s", title: "429, `Retry-After: 1`", fault: limited("1s", "header"), tight: true },
  { id: "429-90s", title: "429, `Retry-After: 90`", fault: limited("90s", "header") },
  { id: "429-ms", title: "429, `retry-after-ms: 150`", fault: limited("150ms", "ms_header"), tight: true },
  { id: "429-date", title: "429, `Retry-After:` a date, 2 to 3 s ahead", fault: limited("2s", "date") },
  // These three no fault of ours says: they are what gateways make of a refusal.
  {
    id: "429-0",
    title: "429, `Retry-After: 0`",
    fault: limited("1s", "header"),
    headers: { "retry-after": "0" },
    tight: true,
  },
  {
    id: "429-35d",
    title: "429, `Retry-After: 3000000`",
    fault: limited("1s", "header"),
    headers: { "retry-after": "3000000" },
    tight: true,
  },
  {
    id: "429-no-retry",
    title: "429, `x-should-retry: false`",
    fault: limited("1s", ""),
    headers: { "x-should-retry": "false" },
  },
  { id: "quota", title: "out of quota", fault: "quota_exceeded: {}" },
  { id: "500", title: "500", fault: "server_error: {}" },
  { id: "502", title: "502 with a gateway's page", fault: "bad_gateway: {}" },
  { id: "overloaded", title: "overloaded, as that provider says it", fault: "overloaded: {}" },
  { id: "overloaded-1s", title: "overloaded, `Retry-After: 1`", fault: "overloaded: { retry_after: 1s }", tight: true },
  { id: "400", title: "context too long", fault: "context_too_long: {}" },
  { id: "401", title: "bad key", fault: "bad_key: {}" },
  { id: "404", title: "unknown model", fault: "unknown_model: {}" },
  { id: "413", title: "request too large", fault: "request_too_large: {}" },
  { id: "reset", title: "connection reset", fault: "reset: {}" },
  { id: "hang", title: "no answer, time limit 500 ms", fault: "hang: {}", timeoutMs: TIMEOUT_MS },
  {
    id: "hang-garbage",
    title: "no answer, memory collected meanwhile, time limit 500 ms",
    fault: "hang: {}",
    timeoutMs: TIMEOUT_MS,
    garbage: true,
  },
];

const BODY: readonly Case[] = [
  {
    id: "body-stall",
    title: "body stalls, time limit 500 ms",
    fault: `stall: { ${CUT_BODY} }`,
    timeoutMs: TIMEOUT_MS,
  },
  { id: "body-fin", title: "body cut (FIN)", fault: `disconnect: { ${CUT_BODY}, how: fin }` },
  { id: "body-rst", title: "body cut (RST)", fault: `disconnect: { ${CUT_BODY}, how: rst }` },
  { id: "body-html", title: "200 with an HTML page", fault: "html_reply: {}" },
  { id: "body-error", title: "200 with the provider's error in it", fault: "server_error: {}", status: 200 },
  { id: "body-empty", title: "200 with nothing", fault: "empty_reply: {}" },
];

const STREAM: readonly Case[] = [
  { id: "stream-none", title: "no trouble", fault: undefined },
  { id: "stream-429", title: "429, no hint, before it begins", fault: limited("1s", "") },
  { id: "stream-reset", title: "connection reset before it begins", fault: "reset: {}" },
  { id: "truncate", title: "ends cleanly after 4 of 12 tokens", fault: `truncate: { ${AFTER} }` },
  { id: "truncate-finish", title: "ends cleanly, all text, no finish", fault: "truncate: { after: before_finish }" },
  { id: "truncate-done", title: "ends cleanly, finish, no end marker", fault: "truncate: { after: before_done }" },
  { id: "fin", title: "cut (FIN) after 4 tokens", fault: `disconnect: { ${AFTER}, how: fin }` },
  { id: "rst", title: "cut (RST) after 4 tokens", fault: `disconnect: { ${AFTER}, how: rst }` },
  {
    id: "error-first",
    title: "overload event before the content",
    fault: `mid_stream_error: { ${FIRST} }`,
    inDialect: { [RESPONSES]: `mid_stream_error: { ${RESPONSES_FIRST} }` },
  },
  {
    id: "limit-first",
    title: "rate-limit event before the content",
    fault: `mid_stream_error: { kind: rate_limit, ${FIRST} }`,
    inDialect: { [RESPONSES]: `mid_stream_error: { kind: rate_limit, ${RESPONSES_FIRST} }` },
  },
  { id: "error-after", title: "overload event after 4 tokens", fault: `mid_stream_error: { ${AFTER} }` },
  ...SHAPES.flatMap((shape): Case[] => [
    {
      id: `error-${shape}-first`,
      title: `overload in \`${shape}\` shape, before the content`,
      fault: `mid_stream_error: { ${RESPONSES_FIRST}, shape: ${shape} }`,
      dialects: [RESPONSES],
    },
    {
      id: `error-${shape}-after`,
      title: `overload in \`${shape}\` shape, after 4 tokens`,
      fault: `mid_stream_error: { ${AFTER}, shape: ${shape} }`,
      dialects: [RESPONSES],
    },
  ]),
  {
    id: "stall",
    title: "stalls after 4 tokens, time limit 500 ms",
    fault: `stall: { ${AFTER} }`,
    timeoutMs: TIMEOUT_MS,
  },
  {
    id: "stall-garbage",
    title: "stalls, memory collected meanwhile, time limit 500 ms",
    fault: `stall: { ${AFTER} }`,
    timeoutMs: TIMEOUT_MS,
    garbage: true,
  },
  {
    id: "stall-pings",
    title: "stalls, with keep-alive pings, time limit 500 ms",
    fault: `stall: { ${AFTER}, pings: 200ms }`,
    timeoutMs: TIMEOUT_MS,
  },
  { id: "late-close", title: "all sent, connection stays open", fault: "late_close: {}" },
  { id: "malformed", title: "an event that is no JSON", fault: `malformed_chunk: { ${AFTER} }` },
  { id: "drop-finish", title: "all sent but the finish", fault: "drop_finish: {}" },
  { id: "empty", title: "200 with nothing", fault: "empty_reply: {}" },
  { id: "html", title: "200 with an HTML page", fault: "html_reply: {}" },
  { id: "json", title: "200 with JSON instead of a stream", fault: "json_for_stream: {}" },
  { id: "json-error", title: "200 with a JSON error", fault: "json_for_stream: { body: error }" },
];

export const TROUBLES: readonly TroubleCase[] = [
  ...BEFORE.map(at("before")),
  ...BODY.map(at("body")),
  ...STREAM.map(at("stream")),
];

function at(position: TroubleCase["position"]): (one: Case) => TroubleCase {
  return (one) => ({ tight: one.timeoutMs !== undefined, ...one, position });
}
