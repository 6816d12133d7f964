import { type HeaderList, headerPairs, headerValue } from "../core/exchange.ts";
import { recordedBytes } from "./bytes.ts";
import type { CassetteHeader, RecordedExchange, RecordedReply } from "./format.ts";
import { type ReadOptions, readCassette } from "./read.ts";

const NOT_KNOWN = -1;
/** A call that no answer came to has status 0, as browsers write it. */
const NO_REPLY: RecordedReply = { status: 0, status_text: "", headers: [], headers_ms: 0, chunks: [] };

/** A recording as HAR 1.2 (the format of browsers' network panels), piece by piece. What HAR has no place for stands in `_` fields. */
export async function* harOf(path: string, options: Pick<ReadOptions, "onProblem"> = {}): AsyncGenerator<string> {
  let header: CassetteHeader | undefined;
  let between = "";
  const onHeader = (found: CassetteHeader) => {
    header ??= found;
  };
  yield '{"log":{"version":"1.2",';
  for await (const exchange of readCassette(path, { ...options, onHeader })) {
    if (between === "") yield `"creator":${creatorOf(header)},"entries":[\n`;
    yield `${between}${JSON.stringify(entryOf(exchange, serverOf(header)))}`;
    between = ",\n";
  }
  if (between === "") yield `"creator":${creatorOf(header)},"entries":[`;
  yield "\n]}}\n";
}

function creatorOf(header: CassetteHeader | undefined): string {
  return JSON.stringify({ name: "llm-chaos", version: header?.versions.llm_chaos ?? "" });
}

/** Paths are recorded whole; of the server only its origin is needed. */
function serverOf(header: CassetteHeader | undefined): string {
  const address = header?.upstreams.find(({ address }) => URL.canParse(address))?.address;
  return address !== undefined && /^https?:/.test(address) ? new URL(address).origin : "http://stub.invalid";
}

/** Times in milliseconds. */
function entryOf(exchange: RecordedExchange, server: string) {
  const { id, at, dialect, provider, model, stream, request, end, usage } = exchange;
  const reply = exchange.reply ?? NO_REPLY;
  const url = new URL(request.path, server);
  const body = recordedBytes(request.body);
  const wait = exchange.reply === null ? end.ms : reply.headers_ms;
  return {
    startedDateTime: at,
    time: end.ms,
    request: {
      method: request.method,
      url: url.href,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: pairs(request.headers),
      queryString: [...url.searchParams].map(([name, value]) => ({ name, value })),
      postData: { mimeType: headerValue(request.headers, "content-type") ?? "", text: body.toString("utf8") },
      headersSize: NOT_KNOWN,
      bodySize: body.length,
    },
    response: responseOf(reply, end.code),
    cache: {},
    timings: { send: 0, wait, receive: Math.max(0, end.ms - wait) },
    _llm_chaos: { id, dialect, provider, model, stream, end, ...(usage !== undefined && { usage }) },
  };
}

function responseOf(reply: RecordedReply, error: string | undefined) {
  const chunks = reply.chunks.map(recordedBytes);
  const body = Buffer.concat(chunks);
  const text = body.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(body);
  return {
    status: reply.status,
    statusText: reply.status_text,
    httpVersion: "HTTP/1.1",
    cookies: [],
    headers: pairs(reply.headers),
    content: {
      size: body.length,
      mimeType: headerValue(reply.headers, "content-type") ?? "",
      ...(isText ? { text } : { text: body.toString("base64"), encoding: "base64" }),
    },
    redirectURL: "",
    headersSize: NOT_KNOWN,
    bodySize: body.length,
    ...(error !== undefined && { _error: error }),
    _chunks: chunks.map(({ length }, i) => ({ ms: reply.chunks[i]?.ms ?? 0, bytes: length })),
  };
}

function pairs(headers: HeaderList): { name: string; value: string }[] {
  return Array.from(headerPairs(headers), ([name, value]) => ({ name, value }));
}
