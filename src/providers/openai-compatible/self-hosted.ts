import { httpDate } from "../shared/retry-hints.ts";
import type { CompatibleProvider, LimitWords } from "./words.ts";

/** Neither server limits by itself: whoever asks for a limit gets the words of a plain server in front of it. */
const PLAIN_LIMIT: LimitWords = {
  hints: ["header"],
  refusal: { status: 429, message: "Too Many Requests", type: "TooManyRequests", param: null, code: 429 },
  again: ". Please try again in {wait}.",
  phrases: {
    rpm: "requests",
    rpd: "requests",
    tpm: "tokens",
    tpd: "tokens",
    itpm: "tokens",
    otpm: "tokens",
    images: "images",
    concurrency: "requests",
  },
};

/** vLLM's OpenAI server: classes of Python for types, statuses for codes (llm-d/llm-d-inference-sim#596, vllm-project/vllm#37011). Unmarked texts: unverified. */
export const vllm: CompatibleProvider = {
  provider: "vllm",
  hosts: [],
  signs: undefined,
  errors: {
    quota_exceeded: PLAIN_LIMIT.refusal,
    overloaded: { status: 503, message: "Service Unavailable", type: "ServiceUnavailable", param: null, code: 503 },
    server_error: {
      status: 500,
      message: "Internal server error",
      type: "InternalServerError",
      param: null,
      code: 500,
    },
    bad_gateway: { status: 502, message: "Bad Gateway", type: "BadGateway", param: null, code: 502 },
    timeout: { status: 504, message: "Gateway Timeout", type: "GatewayTimeout", param: null, code: 504 },
    bad_key: { status: 401, message: "Unauthorized", type: "Unauthorized", param: null, code: 401 },
    unknown_model: {
      status: 404,
      message: "The model `{model}` does not exist.",
      type: "NotFoundError",
      param: "model",
      code: 404,
    },
    context_too_long: {
      status: 400,
      message:
        "This model's maximum context length is {context_length} tokens. However, you requested {prompt_tokens} tokens. Please reduce the length of the messages or completion.",
      type: "BadRequestError",
      param: null,
      code: 400,
    },
    content_filter: {
      status: 400,
      message: "The request was refused.",
      type: "BadRequestError",
      param: null,
      code: 400,
    },
    request_too_large: {
      status: 413,
      message: "Request Entity Too Large",
      type: "BadRequestError",
      param: null,
      code: 413,
    },
  },
  limit: PLAIN_LIMIT,
  countdown: [],
  headers: ({ wallMs }) => ["date", httpDate(wallMs), "server", "uvicorn"],
};

/** llama.cpp's server: a code, a message and a type of its own (ggml-org/llama.cpp#15780, #19774). Unmarked texts: unverified. */
export const llamaCpp: CompatibleProvider = {
  provider: "llama.cpp",
  hosts: [],
  signs: undefined,
  errors: {
    quota_exceeded: PLAIN_LIMIT.refusal,
    overloaded: { status: 503, message: "Loading model", type: "unavailable_error", code: 503 },
    server_error: { status: 500, message: "Compute error.", type: "server_error", code: 500 },
    bad_gateway: { status: 502, message: "Bad Gateway", type: "server_error", code: 502 },
    timeout: { status: 504, message: "Gateway Timeout", type: "server_error", code: 504 },
    bad_key: { status: 401, message: "Invalid API Key", type: "authentication_error", code: 401 },
    unknown_model: { status: 404, message: "model '{model}' not found", type: "not_found_error", code: 404 },
    context_too_long: {
      status: 400,
      message:
        "request ({prompt_tokens} tokens) exceeds the available context size ({context_length} tokens), try increasing it",
      type: "exceed_context_size_error",
      code: 400,
    },
    content_filter: { status: 400, message: "The request was refused.", type: "invalid_request_error", code: 400 },
    request_too_large: { status: 413, message: "Payload Too Large", type: "invalid_request_error", code: 413 },
  },
  limit: PLAIN_LIMIT,
  countdown: [],
  headers: ({ wallMs }) => ["date", httpDate(wallMs), "server", "llama.cpp"],
};
