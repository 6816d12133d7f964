import type { StreamFrame } from "../../core/dialect.ts";
import { decodeAwsMessage, encodeAwsMessage } from "../../sse/index.ts";
import { parseRecord, textOf } from "../shared/json.ts";

/** The message with another payload, its lengths and checksums right again. Undefined for bytes that are no message. */
export function reframed(frame: StreamFrame, data: string): Pick<StreamFrame, "bytes" | "data"> | undefined {
  const message = decodeAwsMessage(frame.bytes);
  // Bedrock's headers are all texts, and those are all that is decoded.
  return message && { bytes: encodeAwsMessage(message.headers, data), data };
}

/** The model's own event inside a part of InvokeModelWithResponseStream. Undefined where there is none. */
export function unwrapPart({ data }: StreamFrame): string | undefined {
  const base64 = textOf(parseRecord(data ?? "")?.["bytes"]);
  return base64 === "" ? undefined : Buffer.from(base64, "base64").toString("utf8");
}

/** The part around another event; where there was none, the event alone. */
export function wrapPart(frame: StreamFrame, event: string): string {
  if (unwrapPart(frame) === undefined) return event;
  return JSON.stringify({ ...parseRecord(frame.data ?? ""), bytes: Buffer.from(event).toString("base64") });
}
