/** Header names and values in wire order, flat (`name, value, name, value`): case and duplicates are kept. */
export type HeaderList = readonly string[];

/** A request as the proxy saw it. `path` is origin-form, with the query. */
export interface RawRequest {
  method: string;
  path: string;
  headers: HeaderList;
  body: Uint8Array;
}

/** A whole answer, ready to be written. */
export interface WireReply {
  status: number;
  headers: HeaderList;
  body: Uint8Array;
}

/** The first value of a header, by any case. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2) {
    if (isSameName(headers[i] as string, name)) return headers[i + 1];
  }
  return undefined;
}

/** Lengths first: a dozen look-ups a call, each past half a dozen other names, made a new text of every one of them. */
function isSameName(one: string, other: string): boolean {
  return one.length === other.length && (one === other || one.toLowerCase() === other.toLowerCase());
}

export function* headerPairs(headers: HeaderList): Generator<[name: string, value: string]> {
  for (let i = 0; i + 1 < headers.length; i += 2) yield [headers[i] ?? "", headers[i + 1] ?? ""];
}

/** Without the named headers (lower case). */
export function withoutHeaders(headers: HeaderList, names: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (const [name, value] of headerPairs(headers)) if (!names.has(name.toLowerCase())) kept.push(name, value);
  return kept;
}

export function jsonReply(status: number, headers: HeaderList, value: unknown): WireReply {
  const body = new TextEncoder().encode(JSON.stringify(value, null, 2));
  return {
    status,
    headers: ["content-type", "application/json", ...headers, "content-length", String(body.byteLength)],
    body,
  };
}
