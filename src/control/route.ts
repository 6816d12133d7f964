import type { IncomingMessage } from "node:http";
import type { Role, Visitor } from "./visitor.ts";

/** One thing that the control host serves over plain HTTP. The list of them is handed to `startControl`. */
export interface Route {
  /** HEAD is answered like GET. */
  method: "GET" | "POST";
  /** `/metrics`, or `/assets/*` for everything below. The first that fits wins. */
  path: string;
  /** `nothing`: open to everybody who knows the address, so it must tell nothing of the run. */
  needs: Role | "nothing";
  /** Takes an HTML form too; else a POST must be JSON, which no page of another origin can send unasked. */
  form?: boolean;
  /** A UserError is told with status 400; of any other error only that there was one. */
  handle(request: RouteRequest): RouteAnswer | Promise<RouteAnswer>;
}

export interface RouteRequest {
  /** What the `*` stands for, percent-decoded; else empty. */
  rest: string;
  query: URLSearchParams;
  /** Undefined only where the route needs nothing. */
  visitor: Visitor | undefined;
  headers: IncomingMessage["headers"];
  /** For what looks at more than its own part: the doors. */
  message: IncomingMessage;
  /** At most 64 KiB. */
  body(): Promise<string>;
}

export interface RouteAnswer {
  status: number;
  /** Lower-case names. `cache-control: no-store`, `nosniff` and the like are there already; these win. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

export function jsonAnswer(value: unknown, status = 200): RouteAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}

/** Undefined: it does not fit. */
export function restOf(pattern: string, path: string): string | undefined {
  if (!pattern.endsWith("*")) return pattern === path ? "" : undefined;
  const start = pattern.slice(0, -1);
  if (!path.startsWith(start)) return undefined;
  try {
    return decodeURIComponent(path.slice(start.length));
  } catch {
    return undefined;
  }
}
