import { headerPairs } from "../core/exchange.ts";
import { recordedBytes } from "./bytes.ts";
import type { CassetteHeader, RecordedExchange } from "./format.ts";
import { addressesIn, credentialsIn, type Leak } from "./leaks.ts";

/** Something that should not stand in a file, and where: never what. */
export interface FoundLeak {
  /** A JSON path; behind a space one inside of a text that is JSON itself. */
  path: string;
  what: string;
  /** Its first characters and its length. */
  hint: string;
  severity: "error" | "warning";
}

/** Names of headers that carry credentials, whatever their value looks like. */
const SECRET_NAME =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie|(?:x-)?api-key|x-goog-api-key|.*(?:secret|session-token|security-token))$/i;

/** Every leak of an exchange, or of the header of a cassette. */
export function* leaksIn(line: RecordedExchange | CassetteHeader): Generator<FoundLeak> {
  if (!("request" in line)) {
    yield* inValue(line, "$");
    return;
  }
  const { request, reply, ...rest } = line;
  yield* inValue(rest, "$");
  yield* inValue(request.path, "$.request.path");
  yield* inHeaders(request.headers, "$.request.headers");
  yield* inBody(recordedBytes(request.body).toString("utf8"), "$.request.body");
  if (reply === null) return;
  const { chunks, headers, ...head } = reply;
  yield* inValue(head, "$.reply");
  yield* inHeaders(headers, "$.reply.headers");
  yield* inChunks(chunks.map(recordedBytes));
}

function* inHeaders(headers: RecordedExchange["request"]["headers"], path: string): Generator<FoundLeak> {
  let place = 0;
  for (const [name, value] of headerPairs(headers)) {
    if (SECRET_NAME.test(name))
      yield { path: `${path}[${place + 1}]`, what: `the value of ${name}`, hint: shown(value), severity: "error" };
    else yield* inText(value, `${path}[${place + 1}]`);
    place += 2;
  }
}

/** A body is a text that is JSON as a rule, and a path inside of it says more than where the text stands. */
function* inBody(text: string, path: string): Generator<FoundLeak> {
  try {
    yield* inValue(JSON.parse(text), `${path} $`);
  } catch {
    yield* inText(text, path);
  }
}

/** In all of them together: a border between two may cut a key. */
function* inChunks(chunks: readonly Buffer[]): Generator<FoundLeak> {
  const ends: number[] = [];
  for (const { length } of chunks) ends.push((ends.at(-1) ?? 0) + length);
  const text = Buffer.concat(chunks).toString("latin1");
  for (const { leak, severity } of leaksOf(text)) {
    const chunk = ends.findIndex((end) => end > leak.from);
    yield { ...told(leak, text, severity), path: `$.reply.chunks[${chunk}]` };
  }
}

function* inValue(value: unknown, path: string): Generator<FoundLeak> {
  if (typeof value === "string") yield* inText(value, path);
  else if (Array.isArray(value)) for (const [i, one] of value.entries()) yield* inValue(one, `${path}[${i}]`);
  else if (typeof value === "object" && value !== null)
    for (const [name, one] of Object.entries(value)) yield* inValue(one, `${path}.${name}`);
}

function* inText(text: string, path: string): Generator<FoundLeak> {
  for (const { leak, severity } of leaksOf(text)) yield { ...told(leak, text, severity), path };
}

function leaksOf(text: string): { leak: Leak; severity: FoundLeak["severity"] }[] {
  return [
    ...credentialsIn(text).map((leak) => ({ leak, severity: "error" as const })),
    ...addressesIn(text).map((leak) => ({ leak, severity: "warning" as const })),
  ];
}

function told({ what, from, to }: Leak, text: string, severity: FoundLeak["severity"]): Omit<FoundLeak, "path"> {
  return { what, hint: shown(text.slice(from, to)), severity };
}

function shown(value: string): string {
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 3)))}…, ${value.length} characters`;
}
