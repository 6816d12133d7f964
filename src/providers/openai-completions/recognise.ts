import type { LlmCall } from "../../core/dialect.ts";
import type { RawRequest } from "../../core/exchange.ts";
import { isRecord, parseRecord, textOf, wholeNumber } from "../shared/json.ts";
import { inputsOf } from "../shared/openai-inputs.ts";

/** What the format generates when the caller names no maximum. */
const DEFAULT_MAX_TOKENS = 16;

/** Undefined for a body that is not JSON or names no model. */
export function recogniseCompletions(request: RawRequest, provider: string): LlmCall | undefined {
  const body = parseRecord(request.body);
  const model = textOf(body?.["model"]);
  if (body === undefined || model === "") return undefined;
  const options = body["stream_options"];
  const prompts = inputsOf(body["prompt"]);
  return {
    dialect: `${provider}-completions`,
    provider,
    model,
    stream: body["stream"] === true,
    usageInStream: isRecord(options) && options["include_usage"] === true,
    tools: false,
    inputTokens: prompts.reduce((sum, { tokens }) => sum + tokens, 0),
    maxOutputTokens: wholeNumber(body["max_tokens"]) ?? DEFAULT_MAX_TOKENS,
    // Each prompt of a list has its own alternatives.
    choices: Math.max(1, prompts.length) * Math.max(1, wholeNumber(body["n"]) ?? 1),
    lastUserText: prompts.at(-1)?.text ?? "",
    body,
  };
}
