/** The format in which an error inside a stream has three shapes. */
const RESPONSES = "openai-responses";

/** What goes wrong, as data: one row of the page each. */
export interface TroubleCase {
  id: string;
  title: string;
  /** `before`: instead of an answer. `body`: inside an unstreamed answer. `stream`: inside a streamed one. */
  position: "before" | "body" | "stream";
  /** One fault, as in `--fault`; undefined: none, the control. */
  fault: string | undefined;
  /** Headers of the refusal that no fault sets: name to value, `undefined` removes. */
  headers?: Readonly<Record<string, string>>;
  /** Only in these wire formats. */
  dialects?: readonly string[];
  /** The client is given a time limit, in milliseconds. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 500;
/** The answers of the matrix have 12 tokens. */
const AFTER = "after: { tokens: 4 }";
const FIRST = "after: { events: 0 }";

const limited = (wait: string, hints: string) => `rate_limit: { retry_after: ${wait}, hints: [${hints}] }`;

const BEFORE: readonly Omit<TroubleCase, "position">[] = [
  { id: "none", title: "no trouble", fault: undefined },
  { id: "429-silent", title: "429, no hint", fault: limited("1s", "") },
  { id: "429-as-sent", title: "429 as that provider sends it, 1 s", fault: "rate_limit: { retry_after: 1s }" },
  { id: "429-1s", title: "429, `Retry-After: 1`", fault: limited("1s", "header") },
  { id: "429-90s", title: "429, `Retry-After: 90`", fault: limited("90s", "header") },
  { id: "429-ms", title: "429, `retry-after-ms: 150`", fault: limited("150ms", "ms_header") },
  { id: "429-date", title: "429, `Retry-After:` a date in 2 s", fault: limited("2s", "date") },
  // A provider never says 0, and so the fault cannot; gateways do.
  { id: "429-0", title: "429, `Retry-After: 0`", fault: limited("1s", "header"), headers: { "retry-after": "0" } },
  {
    id: "429-35d",
    title: "429, `Retry-After: 3000000`",
    fault: limited("1s", "header"),
    headers: { "retry-after": "3000000" },
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
  { id: "overloaded", title: "overloaded (503, Anthropic 529)", fault: "overloaded: {}" },
  { id: "overloaded-1s", title: "overloaded, `Retry-After: 1`", fault: "overloaded: { retry_after: 1s }" },
  { id: "400", title: "400 context too long", fault: "context_too_long: {}" },
  { id: "401", title: "401 bad key", fault: "bad_key: {}" },
  { id: "404", title: "404 unknown model", fault: "unknown_model: {}" },
  { id: "413", title: "413 request too large", fault: "request_too_large: {}" },
  { id: "reset", title: "connection reset", fault: "reset: {}" },
  { id: "hang", title: "no answer, time limit 500 ms", fault: "hang: {}", timeoutMs: TIMEOUT_MS },
];

const BODY: readonly Omit<TroubleCase, "position">[] = [
  {
    id: "body-stall",
    title: "body stalls, time limit 500 ms",
    fault: "stall: { after: { bytes: 40 } }",
    timeoutMs: TIMEOUT_MS,
  },
  { id: "body-fin", title: "body cut (FIN)", fault: "disconnect: { after: { bytes: 40 }, how: fin }" },
  { id: "body-rst", title: "body cut (RST)", fault: "disconnect: { after: { bytes: 40 }, how: rst }" },
  { id: "body-html", title: "200 with an HTML page", fault: "html_reply: {}" },
  { id: "body-empty", title: "200 with nothing", fault: "empty_reply: {}" },
];

const STREAM: readonly Omit<TroubleCase, "position">[] = [
  { id: "stream-none", title: "no trouble", fault: undefined },
  { id: "stream-429", title: "429, no hint, before it begins", fault: limited("1s", "") },
  { id: "stream-reset", title: "connection reset before it begins", fault: "reset: {}" },
  { id: "truncate", title: "ends cleanly after 4 of 12 tokens", fault: `truncate: { ${AFTER} }` },
  { id: "truncate-finish", title: "ends cleanly, all text, no finish", fault: "truncate: { after: before_finish }" },
  { id: "truncate-done", title: "ends cleanly, finish, no end marker", fault: "truncate: { after: before_done }" },
  { id: "fin", title: "cut (FIN) after 4 tokens", fault: `disconnect: { ${AFTER}, how: fin }` },
  { id: "rst", title: "cut (RST) after 4 tokens", fault: `disconnect: { ${AFTER}, how: rst }` },
  { id: "error-first", title: "error event first", fault: `mid_stream_error: { ${FIRST} }` },
  { id: "error-after", title: "error event after 4 tokens", fault: `mid_stream_error: { ${AFTER} }` },
  ...["flat", "nested", "failed"].flatMap((shape) => [
    {
      id: `error-${shape}-first`,
      title: `– \`${shape}\` shape, first`,
      fault: `mid_stream_error: { ${FIRST}, shape: ${shape} }`,
      dialects: [RESPONSES],
    },
    {
      id: `error-${shape}-after`,
      title: `– \`${shape}\` shape, after 4 tokens`,
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
    id: "stall-pings",
    title: "– the same, with keep-alive pings",
    fault: `stall: { ${AFTER}, pings: 200ms }`,
    timeoutMs: TIMEOUT_MS,
  },
  { id: "late-close", title: "all sent, connection stays open", fault: "late_close: {}" },
  { id: "malformed", title: "an event that is no JSON", fault: `malformed_chunk: { ${AFTER} }` },
  { id: "empty", title: "200 with nothing", fault: "empty_reply: {}" },
  { id: "html", title: "200 with an HTML page", fault: "html_reply: {}" },
  { id: "json", title: "200 with JSON instead of a stream", fault: "json_for_stream: {}" },
];

export const TROUBLES: readonly TroubleCase[] = [
  ...BEFORE.map((one): TroubleCase => ({ ...one, position: "before" })),
  ...BODY.map((one): TroubleCase => ({ ...one, position: "body" })),
  ...STREAM.map((one): TroubleCase => ({ ...one, position: "stream" })),
];
