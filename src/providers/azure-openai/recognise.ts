import type { Dialect, LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import type { AzureFormat } from "./formats.ts";
import { azureTarget } from "./target.ts";

const CLOSING_BRACE = 0x7d;

/** The deployment in the path wins over a model in the body, for limits and patterns alike; where there is none (`/openai/v1/`), the body names it. */
export function recogniseAzure(base: Dialect, format: AzureFormat, request: RawRequest): LlmCall | undefined {
  const { deployment, apiVersion } = azureTarget(request.path);
  const call = base.recognise(request) ?? (deployment && withoutModel(base, format, naming(request, deployment)));
  if (call === undefined || call === "") return undefined;
  return {
    ...call,
    dialect: format.id,
    model: deployment ?? call.model,
    ...(apiVersion !== undefined && { apiVersion }),
  };
}

/** Any JSON object would do, so the body must have what makes it a call of this format. */
function withoutModel(base: Dialect, format: AzureFormat, request: RawRequest): LlmCall | undefined {
  const call = base.recognise(request);
  if (call === undefined || !(format.prompt in call.body)) return undefined;
  return { ...call, body: Object.fromEntries(Object.entries(call.body).filter(([key]) => key !== "model")) };
}

/** The formats want a model in the body. Written before the last brace, since of two equal keys the later one counts. */
function naming(request: RawRequest, model: string): RawRequest {
  const { body } = request;
  const end = body.lastIndexOf(CLOSING_BRACE);
  if (end < 0) return request;
  const ending = new TextEncoder().encode(`,"model":${JSON.stringify(model)}}`);
  const named = new Uint8Array(end + ending.byteLength);
  named.set(body.subarray(0, end));
  named.set(ending, end);
  return { ...request, body: named };
}
