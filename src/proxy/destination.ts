import type { Dialect } from "../core/dialect.ts";
import type { RawRequest, WireReply } from "../core/exchange.ts";
import type { Upstream, UpstreamKind } from "../core/upstream.ts";

/** One upstream, and everything that depends on which it is. */
export interface Destination {
  /** How the log calls it; shown to people, so without credentials. Where there are several, `/<name>/…` addresses it. */
  name: string;
  /** Whose server it is, for choosing among several. Undefined: nobody's that is known. */
  provider?: string | undefined;
  /** The family of wire formats it is asked in; among several it gets the requests of that family that name no provider of its own. */
  formats?: string | undefined;
  upstream: Upstream;
  /** What its calls cost depends on it. Undefined: nobody knows, and nothing is counted. */
  kind?: UpstreamKind | undefined;
  /** What answers in its place: calls beyond the budget, and the rest of a mix. It speaks the same dialects. */
  standIn?: Omit<Destination, "standIn"> | undefined;
  /** Base URL of the upstream server. Request paths are joined with it, and what is no inference call goes there. Undefined: the upstream is no server. */
  passThroughTo: URL | undefined;
  /** Answers what is no inference call when the upstream is no server. Undefined from it: 404. */
  answerLocally?: ((request: RawRequest) => WireReply | undefined) | undefined;
  /** In whose formats its calls are read, and its refusals written. */
  dialects: readonly Dialect[];
}

export type RequestHead = Omit<RawRequest, "body">;

/** Says by path and headers whose a request is meant for. `ownPath`: the path is the provider's own, though it begins like an upstream's name. */
export type OwnerOf = (head: RequestHead) => {
  provider: string | undefined;
  formats: string | undefined;
  ownPath: boolean;
};

export interface Addressed {
  destination: Destination;
  /** Without the name that addressed it. */
  path: string;
}

/** A call that is surely meant for a provider that none of several upstreams is. It goes nowhere: its key is for that provider alone. */
export interface Nowhere {
  destination: undefined;
  path: string;
  provider: string;
}

/**
 * Where a request goes. To the only destination, untouched. Among several: an address in the path (`/<name>/…`) decides;
 * then the provider it is meant for, by name or by server; then the formats it is written in, at a server that is nobody else's;
 * what tells nothing of its provider goes to the first named.
 */
export function createAddressing(
  destinations: readonly Destination[],
  ownerOf: OwnerOf | undefined,
): (head: RequestHead) => Addressed | Nowhere {
  const [first] = destinations;
  if (first === undefined) throw new TypeError("a proxy needs a destination");
  if (destinations.length === 1) return ({ path }) => ({ destination: first, path });
  const byName = new Map(destinations.map((destination) => [destination.name, destination]));
  const addressed = (path: string): Addressed | undefined => {
    const [, name = "", rest = ""] = /^\/([^/?#]+)(.*)$/s.exec(path) ?? [];
    const destination = byName.get(name.toLowerCase());
    return destination && { destination, path: rest.startsWith("/") ? rest : `/${rest}` };
  };
  return (head) => {
    const owner = ownerOf?.(head);
    const meant = owner?.provider === undefined ? undefined : ofProvider(destinations, owner.provider);
    if (meant !== undefined && owner?.ownPath === true) return { destination: meant, path: head.path };
    const explicit = addressed(head.path);
    if (explicit !== undefined) return explicit;
    const { path } = head;
    const found = meant ?? ofFormats(destinations, owner);
    if (found !== undefined) return { destination: found, path };
    // A server that is no known provider's is the user's own: a gateway, vLLM. Another provider's gets no key that is not for it.
    if (owner?.provider === undefined || first.provider === undefined) return { destination: first, path };
    return { destination: undefined, path, provider: owner.provider };
  };
}

/** Whose provider is known is not sent to somebody else's server, though that one speaks the same format. */
function ofFormats(
  destinations: readonly Destination[],
  owner: ReturnType<OwnerOf> | undefined,
): Destination | undefined {
  if (owner?.formats === undefined) return undefined;
  return destinations.find(
    (one) => one.formats === owner.formats && (owner.provider === undefined || one.provider === undefined),
  );
}

function ofProvider(destinations: readonly Destination[], provider: string): Destination | undefined {
  return destinations.find(({ name }) => name === provider) ?? destinations.find((one) => one.provider === provider);
}
