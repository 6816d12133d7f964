import type { Dialect, LlmCall } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import { dialects } from "../../src/providers/index.ts";
import { bytesOf } from "./openai.ts";

/** Sample calls of Azure OpenAI: a deployment in the path, and by default no model in the body. */

export const API_VERSION = "2024-10-21";

export function azureDialect(id = "azure-openai"): Dialect {
  const dialect = dialects.find((one) => one.id === id);
  if (dialect === undefined) throw new Error(`there is no dialect ${id}`);
  return dialect;
}

interface Shape {
  /** Of a path with a deployment. Default: that of chat. */
  ending?: string;
  path?: string;
  headers?: readonly string[];
}

export function azureRequest(body: object, { ending = "/chat/completions", path, headers }: Shape = {}): RawRequest {
  return {
    method: "POST",
    path: path ?? `/openai/deployments/sample-deployment${ending}?api-version=${API_VERSION}`,
    headers: ["content-type", "application/json", ...(headers ?? ["api-key", "test-not-a-key"])],
    body: bytesOf(JSON.stringify(body)),
  };
}

/** A recognised call of chat; `changes` go into the request body. */
export function azureCall(changes: object = {}): LlmCall {
  const call = azureDialect().recognise(
    azureRequest({ messages: [{ role: "user", content: "Say hello." }], ...changes }),
  );
  if (call === undefined) throw new Error("the sample body was not recognised");
  return call;
}
