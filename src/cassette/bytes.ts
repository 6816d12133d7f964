import type { RecordedBytes } from "./format.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** As text where the bytes are UTF-8, so that people can read a cassette; else as base64. Either way every byte comes back. */
export function recordBytes(bytes: Uint8Array): RecordedBytes {
  try {
    return { text: utf8.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
  }
}

export function recordedBytes(recorded: RecordedBytes): Buffer {
  return "text" in recorded ? Buffer.from(recorded.text, "utf8") : Buffer.from(recorded.base64, "base64");
}
