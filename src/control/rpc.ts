import type { z } from "zod";
import { didYouMean } from "../core/text.ts";
import { type ControlMethod, METHOD_NAMES, METHODS } from "./protocol.ts";
import { type RpcError, RpcErrorCode, type RpcId } from "./wire.ts";

/** One message, understood: a call to make, or the error to answer. `id` undefined: a notification, which gets no answer. */
export type ParsedMessage =
  | { call: ParsedCall; id: RpcId | undefined; error?: never }
  | { error: RpcError; id: RpcId | undefined; call?: never };

export interface ParsedCall {
  method: ControlMethod;
  /** Checked, defaults filled in. */
  params: unknown;
  /** As the caller wrote them. */
  written: unknown;
}

export function parseMessage(text: string): ParsedMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return { id: null, error: { code: RpcErrorCode.parse, message: "the message is not JSON" } };
  }
  if (!isObject(message)) {
    const what = Array.isArray(message) ? "batches are not supported; send one object a message" : "not a JSON object";
    return { id: null, error: { code: RpcErrorCode.invalidRequest, message: what } };
  }
  const { jsonrpc, id, method, params = {} } = message;
  if (id !== undefined && !isId(id)) {
    return { id: null, error: { code: RpcErrorCode.invalidRequest, message: "id must be a string or a number" } };
  }
  if (jsonrpc !== "2.0" || typeof method !== "string") {
    const what = 'a call is { "jsonrpc": "2.0", "id": 1, "method": "status", "params": {} }';
    return { id: id ?? null, error: { code: RpcErrorCode.invalidRequest, message: what } };
  }
  if (!isMethod(method)) return { id, error: unknownMethod(method) };
  const checked = METHODS[method].params.safeParse(params);
  if (checked.success) return { id, call: { method, params: checked.data, written: params } };
  return { id, error: { code: RpcErrorCode.invalidParams, message: `${method}: ${reasons(checked.error, params)}` } };
}

function unknownMethod(method: string): RpcError {
  const known = [...METHOD_NAMES];
  const meant = didYouMean(method.slice(0, 100), known);
  const hint = meant ? `did you mean "${meant}"?` : `known are ${known.join(", ")}`;
  return { code: RpcErrorCode.unknownMethod, message: `unknown method; ${hint}`, data: { hint } };
}

/** All of them, each with its place. */
function reasons(error: z.ZodError, params: unknown): string {
  return error.issues.map((issue) => reasonInWords(issue, params)).join("; ");
}

function reasonInWords(issue: z.core.$ZodIssue, params: unknown): string {
  const { path, message } = issue;
  if (path.length === 0) return message;
  const place = path.join(".");
  if (valueAt(params, path) === undefined) return `${place} is missing`;
  if (issue.code === "invalid_type") return `${place} must be of type ${issue.expected}`;
  return `${place}: ${message}`;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (isObject(at) || Array.isArray(at) ? Reflect.get(at, key) : undefined),
    value,
  );
}

function isMethod(method: string): method is ControlMethod {
  return Object.hasOwn(METHODS, method);
}

function isId(id: unknown): id is RpcId {
  return id === null || typeof id === "string" || typeof id === "number";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
