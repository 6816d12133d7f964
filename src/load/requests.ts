import { createHash } from "node:crypto";
import type { FrontDoor } from "../core/app.ts";

/** One call of the front door, ready to be sent. */
export interface FrontDoorRequest {
  /** `f1`, `f2`, … */
  front: string;
  /** 32 hex digits, W3C trace context. */
  traceId: string;
  /** `lc-` and 8 hex digits. */
  callId: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Spreads consecutive numbers over 32 bits; being odd it never gives two calls of a run the same id. */
const SPREAD = 0x9e3779b1;

/** Makes the n-th request, counted from 1. The same seed and n give the same ids and body. */
export function createRequests(frontDoor: FrontDoor, url: URL, seed: number): (n: number) => FrontDoorRequest {
  const path = `${url.pathname.replace(/\/$/, "")}/${frontDoor.path.replace(/^\//, "")}`;
  const firstId = createHash("sha256").update(`${seed}/call`).digest().readUInt32LE(0);
  const bodies = ["GET", "HEAD"].includes(frontDoor.method) ? [] : frontDoor.bodies;
  const headers = ownHeaders(frontDoor, bodies.length > 0);

  return (n) => {
    const digits = createHash("sha256").update(`${seed}/trace/${n}`).digest("hex");
    const traceId = digits.slice(0, 32);
    const callId = `lc-${((firstId + Math.imul(n, SPREAD)) >>> 0).toString(16).padStart(8, "0")}`;
    // Digits and `lc-…` need no escaping in JSON, nor in a path.
    const fill = (text: string) => text.replaceAll("{{n}}", String(n)).replaceAll("{{call_id}}", callId);
    const body = bodies[(n - 1) % bodies.length];
    return {
      front: `f${n}`,
      traceId,
      callId,
      path: fill(path),
      method: frontDoor.method,
      headers: { ...headers, traceparent: `00-${traceId}-${digits.slice(32, 48)}-01` },
      body: body === undefined ? undefined : fill(body),
    };
  };
}

/** The file's headers, without those that are ours to write. */
function ownHeaders(frontDoor: FrontDoor, hasBody: boolean): Record<string, string> {
  const headers = Object.fromEntries(
    Object.entries(frontDoor.headers).filter(
      ([name]) => !["traceparent", "accept-encoding", "content-length"].includes(name.toLowerCase()),
    ),
  );
  // Answers are looked at as they come, so they must come as text.
  headers["accept-encoding"] = "identity";
  const named = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  if (!named && hasBody) headers["content-type"] = "application/json";
  return headers;
}
