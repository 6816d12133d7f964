import type { Dialect } from "../core/dialect.ts";
import { headerValue, type RawRequest } from "../core/exchange.ts";
import { matchesGlob } from "../core/text.ts";
import { showsSigns } from "./shared/signs.ts";
import { type KnownProvider, providersBesides } from "./whose/known.ts";

/** Whose server is meant, and how it is asked. */
export interface Whose {
  /** The provider's word (`LlmCall.provider`); undefined: nobody's that is known. */
  provider: string | undefined;
  /** The family of wire formats: `openai`, `anthropic`, `google`, `bedrock`. */
  formats: string | undefined;
}

export interface WhoseRequest extends Whose {
  /** The path begins with a word that could be an upstream's name, but is the provider's own: `/openai/deployments/…`. */
  ownPath: boolean;
}

type Head = Omit<RawRequest, "body">;

interface Parts {
  dialects: readonly Dialect[];
  /** Those that speak OpenAI's formats before a wall of their own. */
  compatible: readonly Pick<KnownProvider, "provider" | "hosts" | "signs">[];
  isAzure(base: URL | undefined, name: string | undefined): boolean;
}

/** Azure and Groq serve below `/openai/`, which is also the natural name of an upstream. */
const OPENAI_PREFIX = "/openai";
const SERVE_BELOW_OPENAI: ReadonlySet<string> = new Set(["azure", "groq"]);

const VERTEX_PATH = /\/projects\/[^/]+\/locations\//;

/** Tells servers and requests apart when there are several upstreams: by names, hosts, paths, keys and headers. */
export function createWhose({ dialects, compatible, isAzure }: Parts) {
  const alike = compatible.map(({ provider, hosts, signs }): KnownProvider => ({ provider, hosts, signs }));
  const providers: readonly KnownProvider[] = [...alike, ...providersBesides];

  const byPath = (head: Head): string | undefined => {
    const id = dialects.find((dialect) => dialect.concerns(head))?.id;
    if (VERTEX_PATH.test(head.path)) return "vertex";
    return providers.find(({ provider }) => id === provider || id?.startsWith(`${provider}-`))?.provider;
  };

  /** A key that names its maker comes first: it must reach nobody else. Then the path, then what clients say of themselves. */
  const providerOf = (head: Head, path = byPath(head)): string | undefined =>
    providers.find(({ signs }) => showsKey(signs?.keys, head))?.provider ??
    path ??
    providers.find((known) => showsHeader(known, head))?.provider;

  return {
    /** The user's name for an upstream says it first, then its host. Every other server is taken for OpenAI-compatible. */
    server(base: URL | undefined, name?: string): Whose {
      const known = isAzure(base, name)
        ? "azure"
        : (
            providers.find(({ provider }) => provider === name?.toLowerCase()) ??
            providers.find(({ hosts }) => hosts.some((pattern) => isHost(base, pattern)))
          )?.provider;
      return { provider: known, formats: formatsOf(known) };
    },
    /** By path and headers alone; both undefined when they give nothing away. */
    request(head: Head): WhoseRequest {
      const path = byPath(head);
      const provider = providerOf(head, path);
      const asked = path ?? provider;
      return {
        provider,
        formats: asked === undefined ? undefined : formatsOf(asked),
        ownPath:
          head.path.startsWith(`${OPENAI_PREFIX}/`) &&
          // Without the prefix it shows the same: then that was not needed to address anybody.
          SERVE_BELOW_OPENAI.has(providerOf({ ...head, path: head.path.slice(OPENAI_PREFIX.length) }) ?? ""),
      };
    },
  };
}

const FAMILIES: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  gemini: "google",
  vertex: "google",
  bedrock: "bedrock",
};

function formatsOf(provider: string | undefined): string {
  return FAMILIES[provider ?? ""] ?? "openai";
}

function isHost(base: URL | undefined, pattern: string): boolean {
  return base !== undefined && (matchesGlob(pattern, base.hostname) || base.hostname.endsWith(`.${pattern}`));
}

const KEY_HEADERS = ["x-api-key", "api-key", "x-goog-api-key"];

function showsKey(keys: readonly string[] = [], { path, headers }: Head): boolean {
  if (keys.length === 0) return false;
  const bearer = (headerValue(headers, "authorization") ?? "").replace(/^bearer +/i, "");
  const sent = [bearer, ...KEY_HEADERS.map((name) => headerValue(headers, name) ?? "")];
  const parameter = /[?&]key=([^&]*)/.exec(path)?.[1];
  if (parameter !== undefined) sent.push(parameter);
  return keys.some((beginning) => sent.some((key) => key.startsWith(beginning)));
}

function showsHeader({ signs, headers = [], scheme }: KnownProvider, head: Head): boolean {
  if (signs !== undefined && showsSigns(signs, head.headers)) return true;
  if (headers.some((name) => headerValue(head.headers, name) !== undefined)) return true;
  return scheme !== undefined && (headerValue(head.headers, "authorization") ?? "").startsWith(scheme);
}
