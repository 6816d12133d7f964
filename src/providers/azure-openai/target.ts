import { headerValue, type RawRequest } from "../../core/exchange.ts";

const DEPLOYMENT = /\/deployments\/([^/?]+)\//;
const OPENAI_SEGMENT = /\/openai\//;
/** Printed in messages, so nothing else is taken for one: `2024-10-21`, `2025-03-01-preview`, `preview`, `v1`. */
const API_VERSION = /^[\w.-]{1,40}$/;
/** Microsoft Entra's tokens are JSON Web Tokens; the keys of others who serve below `/openai/` (Groq's `gsk_…`) are not. */
const WEB_TOKEN = /^bearer eyJ[\w-]*\.[\w-]+\./i;

/**
 * Told from OpenAI's own paths by any of: a deployment in the path, an api-version, a key in the `api-key` header, Azure's
 * client, or a web token on a path below `/openai/`.
 */
export function showsAzure({ path, headers }: Pick<RawRequest, "path" | "headers">): boolean {
  const [bare = "", query = ""] = splitPath(path);
  return (
    DEPLOYMENT.test(bare) ||
    new URLSearchParams(query).has("api-version") ||
    headerValue(headers, "api-key") !== undefined ||
    (headerValue(headers, "user-agent") ?? "").startsWith("AzureOpenAI/") ||
    (OPENAI_SEGMENT.test(bare) && WEB_TOKEN.test(headerValue(headers, "authorization") ?? ""))
  );
}

/** What the path says of the call. */
export function azureTarget(path: string): { deployment: string | undefined; apiVersion: string | undefined } {
  const [bare = "", query = ""] = splitPath(path);
  const deployment = DEPLOYMENT.exec(bare)?.[1];
  const apiVersion = new URLSearchParams(query).get("api-version") ?? "";
  return {
    deployment: deployment === undefined ? undefined : decoded(deployment),
    apiVersion: API_VERSION.test(apiVersion) ? apiVersion : undefined,
  };
}

function splitPath(path: string): [string, string] {
  const query = path.indexOf("?");
  return query < 0 ? [path, ""] : [path.slice(0, query), path.slice(query + 1)];
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
