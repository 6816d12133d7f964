import { EventStreamCodec } from "@smithy/core/event-streams";

/** One message of an AWS event stream (application/vnd.amazon.eventstream). */
export interface AwsMessage {
  /** Headers with a text, by name (`:event-type`); those of other types are left out. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Without state of its own as it is used here: each message is encoded or decoded by itself. */
const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : decoder.decode(bytes)),
  (text) => encoder.encode(text),
);

/** With both checksums. */
export function encodeAwsMessage(headers: AwsMessage["headers"], body: Uint8Array | string): Uint8Array {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: "string" as const, value }] as const);
  return codec.encode({
    headers: Object.fromEntries(typed),
    body: typeof body === "string" ? encoder.encode(body) : body,
  });
}

/** Undefined for bytes that are not exactly one message with the right checksums. */
export function decodeAwsMessage(bytes: Uint8Array): AwsMessage | undefined {
  try {
    const { headers, body } = codec.decode(bytes);
    const texts = Object.entries(headers).flatMap(([name, header]) =>
      header.type === "string" ? [[name, header.value] as const] : [],
    );
    return { headers: Object.fromEntries(texts), body };
  } catch {
    return undefined;
  }
}
