import { type FrameMeaning, NO_MEANING, type StreamFrame } from "../../core/dialect.ts";
import { decodeAwsMessage } from "../../sse/index.ts";
import { parseRecord, textOf } from "../shared/json.ts";
import { KEEP_ALIVE } from "./message.ts";
import { readConverseEvent, readConverseReply } from "./read-converse.ts";
import { readInvokePart, readInvokeReply } from "./read-invoke.ts";

/** The event of InvokeModelWithResponseStream; all others are ConverseStream's. */
const INVOKE_EVENT = "chunk";
const EVENTS: ReadonlySet<string> = new Set([
  INVOKE_EVENT,
  "messageStart",
  "contentBlockStart",
  "contentBlockDelta",
  "contentBlockStop",
  "messageStop",
  "metadata",
]);

/** One message of a stream, of either operation. What cannot be read means nothing; it never throws. */
export function readFrame(frame: StreamFrame): FrameMeaning {
  if (frame.event === undefined) return NO_MEANING;
  // An exception may be called anything: what is not a known event is asked what kind of message it is.
  if (!EVENTS.has(frame.event)) return readOther(frame);
  const data = parseRecord(frame.data ?? "");
  if (data === undefined) return NO_MEANING;
  return frame.event === INVOKE_EVENT ? readInvokePart(data) : readConverseEvent(frame.event, data);
}

/** An error inside the stream: modelled (`exception`, with a JSON body) or not (`error`, told in headers). */
function readOther({ bytes, event, data }: StreamFrame): FrameMeaning {
  const headers = decodeAwsMessage(bytes)?.headers;
  switch (headers?.[":message-type"]) {
    case "exception": {
      const body = parseRecord(data ?? "") ?? {};
      const message = textOf(body["message"]) || textOf(body["Message"]);
      return { ...NO_MEANING, error: { code: event, type: "exception", message } };
    }
    case "error":
      return { ...NO_MEANING, error: { code: event, type: "error", message: headers[":error-message"] ?? "" } };
    default:
      return event === KEEP_ALIVE ? { ...NO_MEANING, keepAlive: true } : NO_MEANING;
  }
}

/** An unstreamed reply, of either operation. */
export function readConverseWhole(body: Uint8Array): FrameMeaning {
  const reply = parseRecord(body);
  return reply === undefined ? NO_MEANING : readConverseReply(reply);
}

export function readInvokeWhole(body: Uint8Array): FrameMeaning {
  const reply = parseRecord(body);
  return reply === undefined ? NO_MEANING : readInvokeReply(reply, body);
}
