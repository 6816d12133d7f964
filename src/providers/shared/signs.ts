import { type HeaderList, headerValue } from "../../core/exchange.ts";

/** What in a request's headers gives its provider away, when the upstream's address does not. Any one is enough. */
export interface Signs {
  /** Beginnings of `user-agent`, as the provider's own SDK sends it. */
  userAgents?: readonly string[];
  /** Beginnings of a bearer key. */
  keys?: readonly string[];
}

export function showsSigns({ userAgents = [], keys = [] }: Signs, headers: HeaderList): boolean {
  const agent = headerValue(headers, "user-agent") ?? "";
  if (userAgents.some((beginning) => agent.startsWith(beginning))) return true;
  const credential = headerValue(headers, "authorization") ?? "";
  return keys.some((beginning) => credential.startsWith(beginning, "Bearer ".length));
}
