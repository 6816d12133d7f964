import type { RawRequest } from "../../core/exchange.ts";
import { recordsOf, textOf } from "./json.ts";

/** A POST whose path, without the query, ends so. Any prefix is fine: SDKs and gateways differ in `/v1`, and some users write it twice. */
export function postsTo(request: Pick<RawRequest, "method" | "path">, ending: string): boolean {
  if (request.method !== "POST") return false;
  const query = request.path.indexOf("?");
  return query < 0 ? request.path.endsWith(ending) : request.path.endsWith(ending, query);
}

/** One of several such endings. A loop and no closure: every request is held against the endings of all dialects. */
export function postsToAny(request: Pick<RawRequest, "method" | "path">, endings: readonly string[]): boolean {
  for (const ending of endings) if (postsTo(request, ending)) return true;
  return false;
}

/** A message's content is a string or a list of parts. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return recordsOf(content)
    .map((part) => textOf(part["text"]) || textOf(part["refusal"]))
    .join("");
}
