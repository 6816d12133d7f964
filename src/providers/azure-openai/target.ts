import { headerValue, type RawRequest } from "../../core/exchange.ts";

const DEPLOYMENT = /\/deployments\/([^/?]+)\//;
/** Azure's paths without deployments, which OpenAI's own client is pointed at with an ordinary bearer key. */
const V1 = /\/openai\/v1\//;
/** The one other provider that serves below the same path. */
const GROQ_KEY = /^bearer gsk_/i;
const HOSTS = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];
/** Printed in messages, so nothing else is taken for one: `2024-10-21`, `2025-03-01-preview`, `preview`, `v1`. */
const API_VERSION = /^[\w.-]{1,40}$/;

/** By the name the user gave the upstream, or by its host: then a request need not show anything. */
export function isAzure(upstream: URL | undefined, name: string | undefined): boolean {
  return name?.toLowerCase() === "azure" || HOSTS.some((end) => upstream?.hostname.endsWith(end));
}

/**
 * Told from OpenAI's own requests by any of: a deployment in the path, an api-version, a key in the `api-key` header, Azure's
 * client, or a path below `/openai/v1/` with a key that is not Groq's.
 */
export function showsAzure({ path, headers }: Pick<RawRequest, "path" | "headers">): boolean {
  const [bare = "", query = ""] = splitPath(path);
  return (
    DEPLOYMENT.test(bare) ||
    (query !== "" && new URLSearchParams(query).has("api-version")) ||
    headerValue(headers, "api-key") !== undefined ||
    (headerValue(headers, "user-agent") ?? "").startsWith("AzureOpenAI/") ||
    (V1.test(bare) && !GROQ_KEY.test(headerValue(headers, "authorization") ?? ""))
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
