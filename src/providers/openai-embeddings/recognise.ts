import type { LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { parseRecord, textOf } from "../shared/json.ts";
import { inputsOf } from "../shared/openai-inputs.ts";

/** Undefined for a body that is not JSON or names no model. */
export function recogniseEmbeddings(request: RawRequest, provider: string): LlmCall | undefined {
  const body = parseRecord(request.body);
  const model = textOf(body?.["model"]);
  if (body === undefined || model === "") return undefined;
  const inputs = inputsOf(body["input"]);
  return {
    dialect: `${provider}-embeddings`,
    provider,
    model,
    stream: false,
    usageInStream: false,
    tools: false,
    inputTokens: inputs.reduce((sum, { tokens }) => sum + tokens, 0),
    // Nothing is generated.
    maxOutputTokens: 0,
    choices: 1,
    lastUserText: inputs.at(-1)?.text ?? "",
    body,
  };
}
