import { type HeaderList, headerPairs } from "../core/exchange.ts";

/** Of requests only what says how they were made is kept: a credential may have any other name. */
const REQUEST = /^(?:accept|content-type|user-agent|anthropic-(?:version|beta)|openai-beta|x-stainless-.*)$/;

/** Of replies what clients act on, and what a person needs to ask the provider about a call. */
const REPLY = new RegExp(
  `^(?:${[
    "content-type|content-length|content-language|cache-control|date|server|retry-after|retry-after-ms|x-should-retry",
    "x-ratelimit-.*|anthropic-ratelimit-.*|x-request-id|request-id|apim-request-id|x-amzn-requestid|x-amzn-errortype",
    "x-amzn-bedrock-.*|openai-processing-ms|openai-version|openai-model|x-groq-region|x-envoy-upstream-service-time",
    "x-ms-region|x-content-type-options|vary|via|x-cache",
  ].join("|")})$`,
);

/** Parameters of a query that say how a call is made; keys travel in others. */
const PARAMETER = /^(?:alt|api-version|beta)=[\w.-]*$/;

export function keptRequestHeaders(headers: HeaderList): string[] {
  return kept(headers, REQUEST);
}

export function keptReplyHeaders(headers: HeaderList): string[] {
  return kept(headers, REPLY);
}

/** The path with the harmless parameters of its query. */
export function keptPath(path: string): string {
  if (!path.includes("?")) return path;
  const [route = "", ...query] = path.split("?");
  const parameters = query
    .join("?")
    .split("&")
    .filter((parameter) => PARAMETER.test(parameter));
  return parameters.length === 0 ? route : `${route}?${parameters.join("&")}`;
}

function kept(headers: HeaderList, names: RegExp): string[] {
  const found: string[] = [];
  for (const [name, value] of headerPairs(headers)) if (names.test(name.toLowerCase())) found.push(name, value);
  return found;
}
