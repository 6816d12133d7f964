import { hash } from "node:crypto";
import { CALL_ID } from "../core/text.ts";
import type { Fingerprint } from "./format.ts";
import { type JsonPath, withoutPaths } from "./json-path.ts";

/** What makes a request the same as another. */
export interface Asked {
  path: string;
  model: string;
  stream: boolean;
  /** As text; of bytes that are none, their base64. */
  body: string;
}

/** Fields that differ between calls which ask the same: who asks, bookkeeping, and what only asks for more to be told. */
const VOLATILE: ReadonlySet<string> = new Set([
  "user",
  "seed",
  "metadata",
  "stream_options",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "service_tier",
  "store",
]);

const TOOL_RESULT = /"(?:tool_result|function_call_output|functionResponse|toolResult)"/;

/** Three views of one request, from the strictest to the loosest. The provider's host and base path are in none. */
export function fingerprintOf(asked: Asked, ignored: readonly JsonPath[] = []): Fingerprint {
  return {
    exact: viewOf(asked, "exact", ignored),
    normalised: viewOf(asked, "normalised", ignored),
    shape: viewOf(asked, "shape", ignored),
  };
}

/** One of them: most calls are found by the first. */
export function viewOf(asked: Asked, view: keyof Fingerprint, ignored: readonly JsonPath[] = []): string {
  const target = [operationOf(asked.path), asked.model, asked.stream ? "stream" : "whole"].join("\n");
  switch (view) {
    case "exact":
      return short(`${target}\n${asked.body}`);
    case "normalised":
      return short(`${target}\n${normalisedBody(jsonOf(asked.body), ignored) ?? asked.body}`);
    case "shape":
      return short(`${target}\n${shapeOf(jsonOf(asked.body))}`);
  }
}

/** The body without what may differ, keys in order; undefined for one that is no JSON object. */
export function normalisedBody(body: unknown, ignored: readonly JsonPath[]): string | undefined {
  if (!isRecord(body)) return undefined;
  const kept = Object.fromEntries(Object.entries(body).filter(([name]) => !VOLATILE.has(name)));
  const text = JSON.stringify(inOrder(ignored.length === 0 ? kept : withoutPaths(kept, ignored)));
  return text.includes("lc-") ? text.replace(CALL_ID, "") : text;
}

/** `chat/completions`, `messages`, `streamGenerateContent`: the end of the path, which is the same on every server. */
export function operationOf(path: string): string {
  const [route = "", query = ""] = path.split("?", 2);
  const segments = route.split("/");
  const verb = segments.at(-1)?.split(":").at(-1) ?? "";
  const operation = segments.at(-2) === "chat" ? `chat/${verb}` : verb;
  // Gemini frames its streams in two ways, and the query decides.
  return /(?:^|&)alt=sse(?:&|$)/.test(query) ? `${operation}?alt=sse` : operation;
}

/** What an app can tell apart in an answer without reading it: were tools offered, did it have to be JSON, who spoke last. */
function shapeOf(body: unknown): string {
  if (!isRecord(body)) return "";
  const last = [body["messages"], body["input"], body["contents"]].find(Array.isArray)?.at(-1);
  const role = isRecord(last) && typeof last["role"] === "string" ? last["role"] : "";
  const tools = ["tools", "functions", "toolConfig"].some((name) => body[name] !== undefined);
  const formatted = ["response_format", "text"].some((name) => body[name] !== undefined);
  return JSON.stringify([role, tools, formatted, TOOL_RESULT.test(JSON.stringify(last) ?? "")]);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isRecord(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, inOrder(value[name])]));
}

/** 64 bits: among a million recordings two share one by chance once in 37 million cassettes. */
function short(text: string): string {
  return hash("sha256", text, "hex").slice(0, 16);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
