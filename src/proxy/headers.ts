import type { HeaderList } from "../core/exchange.ts";

export { credentialOf, credentialsIn } from "./credentials.ts";
export { joinPath } from "./request-path.ts";

// Plain index loops here: these run for every call, and a generator's pairs were 5 % of a relayed call's garbage.

/** Meant for one connection only (RFC 9110 §7.6.1). The framing of the other side is written anew by whoever sends it. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** `Expect` too: the 100 is answered here, before the upstream is asked. */
const REQUEST_ONLY: ReadonlySet<string> = new Set([...HOP_BY_HOP, "proxy-authorization", "expect"]);

/** `Alt-Svc` would point the client past the proxy. */
const REPLY_ONLY: ReadonlySet<string> = new Set([...HOP_BY_HOP, "alt-svc"]);

/** A `Connection: content-length` must not take away what both sides agree on as the message's end and its target. */
const NEVER_NOMINATED: ReadonlySet<string> = new Set(["content-length", "host"]);

/** Words between the user's tools and this program; no provider sees them. */
const OWN_PREFIX = "x-llm-chaos";

/**
 * What goes upstream, flat and in wire order, with case and duplicates. Hop-by-hop headers, those named in `Connection`,
 * proxy credentials, `Expect` and `x-llm-chaos*` are gone; `Host` names the target and stands where the client's stood.
 */
export function forwardableRequestHeaders(raw: HeaderList, target: URL): string[] {
  const nominated = nominatedByConnection(raw);
  const kept: string[] = [];
  let hostWritten = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const lower = name.toLowerCase();
    if (lower === "host") {
      if (!hostWritten) kept.push(name, target.host);
      hostWritten = true;
    } else if (!REQUEST_ONLY.has(lower) && !nominated.has(lower) && !lower.startsWith(OWN_PREFIX)) {
      kept.push(name, value);
    }
  }
  return hostWritten ? kept : ["Host", target.host, ...kept];
}

/** What goes to the client, flat and in wire order, with case and duplicates. Trailers are not forwarded, so not announced either. */
export function forwardableReplyHeaders(raw: HeaderList): string[] {
  const nominated = nominatedByConnection(raw);
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const lower = name.toLowerCase();
    if (!REPLY_ONLY.has(lower) && !nominated.has(lower)) kept.push(name, value);
  }
  return kept;
}

const NONE: ReadonlySet<string> = new Set();

function nominatedByConnection(raw: HeaderList): ReadonlySet<string> {
  let names: Set<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.length !== "connection".length || name.toLowerCase() !== "connection") continue;
    const options = raw[i + 1] as string;
    // What nearly every client says, and no header of either kind that is kept.
    if (options === "keep-alive") continue;
    for (const option of options.split(",")) {
      const lower = option.trim().toLowerCase();
      if (lower !== "" && !NEVER_NOMINATED.has(lower)) {
        names ??= new Set();
        names.add(lower);
      }
    }
  }
  return names ?? NONE;
}
