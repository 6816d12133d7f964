import type { Dialect } from "../core/dialect.ts";
import { createAwsEventStreamSplitter } from "../sse/index.ts";
import type { Address } from "./bedrock/address.ts";
import { charge } from "./bedrock/charge.ts";
import { EVENT_STREAM, eventMessage, KEEP_ALIVE } from "./bedrock/message.ts";
import { readConverseWhole, readFrame, readInvokeWhole } from "./bedrock/read.ts";
import { readRefusal } from "./bedrock/read-refusal.ts";
import { concerns, recognise } from "./bedrock/recognise.ts";
import { reframed, unwrapPart, wrapPart } from "./bedrock/reframe.ts";
import { bedrockReply, bedrockStreamError } from "./bedrock/refuse.ts";
import { writeConverse, writeInvoke } from "./bedrock/write.ts";

/**
 * Amazon Bedrock's runtime: Converse, one format for all models, and InvokeModel, which carries each model's own body.
 *
 * What a client must set to come through a proxy:
 * - The address: `endpoint`, or AWS_ENDPOINT_URL_BEDROCK_RUNTIME in its environment.
 * - The AWS SDK for JavaScript speaks HTTP/2 only by default, and this proxy HTTP/1.1: without
 *   `requestHandler: new NodeHttpHandler()` (@smithy/node-http-handler) it gets no answer. boto3 speaks HTTP/1.1 by itself.
 * - A signature (SigV4) covers the Host header, and the client signs for the host it talks to, which is this proxy. Towards a real
 *   upstream Host must name AWS, so AWS rejects the signature. Gateways that stand there sign again with keys of their own, which this
 *   program does not have and does not want. A real upstream therefore needs a bearer token (AWS_BEARER_TOKEN_BEDROCK): it signs
 *   nothing and passes unchanged. Against the stub a signature does as well, since nobody checks it.
 * - Every signed attempt has another Authorization header; limits that are counted per key go by the access key's id in it.
 */
const shared = {
  attention: ["stopReason", "usage", "message", "bytes"],
  // Only messages fit into this framing: an SSE comment would break it. AWS' clients skip events they do not know.
  keepAlive: eventMessage(KEEP_ALIVE, {}),
  refuse: bedrockReply,
  breakStream: bedrockStreamError,
  read: readFrame,
  splitter: (contentType, _call, maxFrameBytes) =>
    contentType.trimStart().toLowerCase().startsWith(EVENT_STREAM)
      ? createAwsEventStreamSplitter(maxFrameBytes)
      : undefined,
  charge,
  // Neither documented nor in any captured reply.
  limitHeaders: () => [],
  readRefusal,
} satisfies Partial<Dialect>;

function requestsOf(operation: Address["operation"]): Pick<Dialect, "concerns" | "recognise"> {
  return {
    concerns: (request) => concerns(operation, request),
    recognise: (request) => recognise(operation, request),
  };
}

/** Converse and ConverseStream. */
export const bedrock: Dialect = {
  id: "bedrock",
  ...shared,
  ...requestsOf("converse"),
  reframe: reframed,
  readWhole: readConverseWhole,
  write: writeConverse,
};

/** InvokeModel and InvokeModelWithResponseStream. */
export const bedrockInvoke: Dialect = {
  id: "bedrock-invoke",
  ...shared,
  ...requestsOf("invoke"),
  unwrap: unwrapPart,
  reframe: (frame, json) => reframed(frame, wrapPart(frame, json)),
  readWhole: readInvokeWhole,
  write: writeInvoke,
};
