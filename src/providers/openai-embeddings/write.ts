import type { Dialect, LlmCall, PlainReply } from "../../core/dialect.ts";
import { wholeNumber } from "../shared/json.ts";
import { wholeBody } from "../shared/openai-frame.ts";
import { inputsOf } from "../shared/openai-inputs.ts";
import { base64Of, vectorFor } from "./vector.ts";

/** As most models of the day have when the caller names no number. */
const DEFAULT_DIMENSIONS = 1_536;
const MOST_DIMENSIONS = 4_096;
/** The platform's bound on the inputs of one request. */
const MOST_INPUTS = 2_048;

/** Vectors instead of words: of the reply only the usage of the input is taken. */
export function writeEmbeddings(reply: PlainReply, call: LlmCall): ReturnType<Dialect["write"]> {
  const { body, model } = call;
  const asked = wholeNumber(body["dimensions"]) || DEFAULT_DIMENSIONS;
  const shape = { model, dimensions: Math.min(asked, MOST_DIMENSIONS) };
  const encode = body["encoding_format"] === "base64" ? base64Of : (vector: Float32Array) => [...vector];
  const data = inputsOf(body["input"])
    .slice(0, MOST_INPUTS)
    .map(({ identity }, index) => ({
      object: "embedding",
      index,
      embedding: encode(vectorFor(identity, shape)),
    }));
  const { inputTokens } = reply.usage;
  const usage = { prompt_tokens: inputTokens, total_tokens: inputTokens };
  return { contentType: "application/json", frames: [wholeBody({ object: "list", data, model, usage })] };
}
