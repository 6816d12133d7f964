import type { LlmCall, PlainReply, ReplyContext, Trouble } from "../../core/dialect.ts";
import type { WireReply } from "../../core/exchange.ts";
import { type ServerTrouble, serverWaitHeaders } from "../shared/gateway-page.ts";
import { awsReply, type BedrockError, errorReply } from "./error.ts";
import { exceptionMessage } from "./message.ts";
import { rateLimitError } from "./rate-limit.ts";
import { GUARDRAIL, writeConverse } from "./write.ts";

/** Any trouble as a whole reply. What a guardrail keeps out is no error for Converse: it comes inside a 200. */
export function bedrockReply(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply {
  if (trouble.kind === "bad_gateway") {
    const headers = [...serverWaitHeaders(trouble, context), "server", "awselb/2.0"];
    return awsReply({ status: 502, type: "text/html", headers, body: BAD_GATEWAY_PAGE }, context);
  }
  if (trouble.kind === "content_filter" && call.dialect === "bedrock") {
    const { contentType, frames } = writeConverse(blockedReply(call, context), call, GUARDRAIL);
    return awsReply({ status: 200, type: contentType, headers: [], body: Buffer.concat(frames) }, context);
  }
  return errorReply(errorOf(trouble, context), context);
}

/** What can come after a 200, as an exception message: it ends the stream. `serviceUnavailableException` has words of its own there. */
export function bedrockStreamError(trouble: Trouble, call: LlmCall, context: ReplyContext): Uint8Array | undefined {
  switch (trouble.kind) {
    case "rate_limit":
      return exceptionMessage("throttlingException", { message: rateLimitError(trouble, context).message });
    case "overloaded":
      return exceptionMessage("serviceUnavailableException", { message: UNABLE });
    case "server_error":
      return exceptionMessage("internalServerException", { message: UNEXPECTED });
    case "timeout":
      // Modelled for InvokeModel alone; Converse has only the general one for a model's trouble.
      return call.dialect === "bedrock"
        ? exceptionMessage("modelStreamErrorException", { message: UNEXPECTED, originalStatusCode: 408 })
        : exceptionMessage("modelTimeoutException", { message: TIMED_OUT });
    default:
      return undefined;
  }
}

/** anthropics/claude-code#562, langchain-ai/langchain-aws#968. */
const CONNECTIONS = "Too many connections, please wait before trying again.";
/** Captured in a stream (aws-samples/foundation-model-benchmarking-tool#247). */
const UNABLE = "Bedrock is unable to process your request.";
/** Also in mid-stream (hydro-project/infinity#124). */
const UNEXPECTED = "The system encountered an unexpected error during processing. Try your request again.";
/** Unverified wording. */
const TIMED_OUT = "Model has timed out in processing the request. Try your request again.";
/** Anthropic's words; unverified on Bedrock. */
const BLOCKED = "Output blocked by content filtering policy";

function errorOf(trouble: Trouble, context: ReplyContext): BedrockError {
  switch (trouble.kind) {
    case "rate_limit":
      return rateLimitError(trouble, context);
    case "overloaded":
    case "server_error":
    case "bad_gateway":
    case "timeout":
      return serverError(trouble, context);
    case "quota_exceeded":
      return refused(400, "ServiceQuotaExceededException", quotaText(trouble.quota));
    case "budget":
      // This client retries no 403; the header is for those that would.
      return { ...refused(403, "AccessDeniedException", trouble.message), headers: ["x-should-retry", "false"] };
    case "replay_miss":
      return { ...refused(404, "ResourceNotFoundException", trouble.message), headers: ["x-should-retry", "false"] };
    case "bad_key":
      // Of a bearer token (ai4s-research/open-science#53): the only credential that works through a proxy.
      return refused(403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid.");
    case "unknown_model":
      return refused(400, "ValidationException", "The provided model identifier is invalid.");
    case "context_too_long":
      return refused(400, "ValidationException", "Input is too long for requested model.");
    case "content_filter":
      return refused(400, "ValidationException", BLOCKED);
    case "request_too_large":
      // The service checks a body's length like any other field (unverified).
      return refused(400, "ValidationException", tooLargeText());
  }
}

function refused(status: number, name: string, message: string): BedrockError {
  return { status, name, message, headers: [] };
}

function serverError(trouble: ServerTrouble, context: ReplyContext): BedrockError {
  const headers = serverWaitHeaders(trouble, context);
  switch (trouble.kind) {
    case "overloaded":
      return { ...refused(503, "ServiceUnavailableException", CONNECTIONS), headers };
    case "timeout":
      return { ...refused(408, "ModelTimeoutException", TIMED_OUT), headers };
    default:
      return { ...refused(500, "InternalServerException", UNEXPECTED), headers };
  }
}

/** The exception is modelled, its text is not told anywhere (unverified). */
function quotaText(quota: string | undefined): string {
  return `Your request exceeds the service quota for your account${quota === undefined ? "" : ` (${quota})`}.`;
}

const MOST_BYTES = 25_000_000;

function tooLargeText(): string {
  return `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have length less than or equal to ${MOST_BYTES}`;
}

/** The words are the customer's own; these are the ones the console proposes. */
function blockedReply({ inputTokens }: LlmCall, { requestId, wallMs }: ReplyContext): PlainReply {
  return {
    id: requestId,
    created: Math.floor(wallMs / 1_000),
    pieces: ["Sorry, the model cannot answer this question."],
    finish: "stop",
    usage: { inputTokens: Math.max(1, inputTokens), outputTokens: 0 },
  };
}

/** What a load balancer of AWS shows; unverified for this service. */
const BAD_GATEWAY_PAGE =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";
