import { encodeAwsMessage } from "../../sse/index.ts";

export const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** No event of Bedrock's. It was not seen to send anything into a silent stream; AWS' clients skip events they do not know. */
export const KEEP_ALIVE = "keepAlive";

/** One event of a stream. */
export function eventMessage(type: string, payload: object): Uint8Array {
  return message({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, payload);
}

/** A modelled error in its place; after it nothing follows. */
export function exceptionMessage(type: string, payload: object): Uint8Array {
  return message(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    payload,
  );
}

function message(headers: Record<string, string>, payload: object): Uint8Array {
  return encodeAwsMessage(headers, JSON.stringify(payload));
}
