import type { LlmCall, ReplyContext, Trouble } from "../../core/dialect.ts";
import type { JsonRecord } from "../shared/json.ts";

const SUPPORT = "contact us through an Azure support request at: https://go.microsoft.com/fwlink/?linkid=2213926";

/** The error inside a 200, with its envelope. Undefined for what shows before a stream begins. */
export function azureStreamError(trouble: Trouble, _call: LlmCall, context: ReplyContext): JsonRecord | undefined {
  switch (trouble.kind) {
    case "rate_limit":
      // Captured in a stream of the Responses API (earendil-works/pi#7983); the same in chat is unverified.
      return {
        error: {
          type: "too_many_requests",
          code: "rate_limit_exceeded",
          headers: { "x-ms-fe-error": "true" },
          message: "Your requests to the deployment have exceeded rate limit.",
          param: null,
        },
      };
    case "overloaded":
      // Captured in a stream of chat (scalaone/azure-openai-proxy#22).
      return serverError(
        `That model is currently overloaded with other requests. You can retry your request, or ${SUPPORT} if the error persists. (Please include the request ID ${context.requestId} in your message.)`,
      );
    case "server_error":
      return serverErrorOf(context);
    default:
      return undefined;
  }
}

/** OpenAI's own sentence with another address (Azure-Samples/azure-search-openai-demo#1390), in a stream and as a 500. */
export function serverErrorOf({ requestId }: ReplyContext): JsonRecord {
  return serverError(
    `The server had an error while processing your request. Sorry about that! You can retry your request, or ${SUPPORT} if the error persists. (Please include the request ID ${requestId} in your message.)`,
  );
}

function serverError(message: string): JsonRecord {
  return { error: { message, type: "server_error", param: null, code: null } };
}
