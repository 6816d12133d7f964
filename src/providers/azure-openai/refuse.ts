import type { LlmCall, ReplyContext, Trouble } from "../../core/dialect.ts";
import { type HeaderList, headerValue, jsonReply, type WireReply } from "../../core/exchange.ts";
import { openAiReply } from "../shared/openai-errors.ts";
import { retryHeaders } from "../shared/retry-hints.ts";
import { type AzureAnswer, codeAndMessage, generalHeaders } from "./answer.ts";
import { promptFiltered } from "./content-filter.ts";
import { azureGatewayPage } from "./gateway-page.ts";
import { quotaSpent } from "./quota.ts";
import { azureRateLimit } from "./rate-limit.ts";
import { wholeSeconds } from "./seconds.ts";
import { serverErrorOf } from "./stream-error.ts";

/** Any trouble as a whole reply. */
export function azureReply(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply {
  const send = ({ status, headers, body }: AzureAnswer) =>
    jsonReply(status, [...headers, ...generalHeaders(context)], body);
  switch (trouble.kind) {
    case "rate_limit":
      return send(azureRateLimit(trouble, call, context.wallMs));
    case "quota_exceeded":
      return send(quotaSpent(context.wallMs));
    case "overloaded":
      return send(highDemand(trouble.retryAfterMs, context));
    case "server_error":
      return send({
        status: 500,
        headers: waitHeaders(trouble.retryAfterMs, context),
        body: serverErrorOf(context),
      });
    case "timeout":
      return send(timedOut(waitHeaders(trouble.retryAfterMs, context)));
    case "bad_gateway":
      return azureGatewayPage(waitHeaders(trouble.retryAfterMs, context), context);
    case "content_filter":
      return send(promptFiltered());
    case "context_too_long":
    case "budget":
    case "replay_miss":
      return asOpenAi(trouble, call, context);
    default:
      return send(requestError(trouble.kind));
  }
}

/** langgenius/dify-official-plugins#2199 */
function timedOut(headers: HeaderList): AzureAnswer {
  return { status: 408, headers, body: codeAndMessage("Timeout", "The operation was timeout.") };
}

/** Overload is a 429 at Azure. The text was captured (pollinations/pollinations#6260) through a gateway that replaced the code; "429" is unverified. */
function highDemand(retryAfterMs: number | undefined, context: ReplyContext): AzureAnswer {
  const again = retryAfterMs === undefined ? "" : ` Please retry after ${wholeSeconds(retryAfterMs)} seconds.`;
  const message = `The system is currently experiencing high demand and cannot process your request. Your request exceeds the maximum usage size allowed during peak load.${again} For improved latency reliability, consider switching to Provisioned Throughput.`;
  return { status: 429, headers: waitHeaders(retryAfterMs, context), body: codeAndMessage("429", message) };
}

/** SciSharp/BotSharp#386 and chatboxai/chatbox#646; the 413 is unverified. */
function requestError(kind: "bad_key" | "unknown_model" | "request_too_large"): AzureAnswer {
  const [status, code, message] = {
    bad_key: [
      401,
      "401",
      "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.",
    ] as const,
    unknown_model: [
      404,
      "DeploymentNotFound",
      "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
    ] as const,
    request_too_large: [413, "413", "The request body is too large."] as const,
  }[kind];
  return { status, headers: [], body: codeAndMessage(code, message) };
}

/** What the model itself objects to comes through unchanged (Azure-Samples/azure-search-openai-demo#1199); only the headers are Azure's. */
function asOpenAi(trouble: Trouble, call: LlmCall, context: ReplyContext): WireReply {
  const { status, headers, body } = openAiReply(trouble, call, context);
  const shouldRetry = headerValue(headers, "x-should-retry");
  return {
    status,
    headers: [
      ...["content-type", "application/json"],
      ...(shouldRetry === undefined ? [] : ["x-should-retry", shouldRetry]),
      ...generalHeaders(context),
      ...["content-length", String(body.byteLength)],
    ],
    body,
  };
}

function waitHeaders(retryAfterMs: number | undefined, context: ReplyContext): HeaderList {
  return retryAfterMs === undefined ? [] : retryHeaders(retryAfterMs, ["header"], context.wallMs);
}
