import type { IncomingMessage } from "node:http";

/** Larger request bodies are not gathered: 64 MiB, above what any provider takes. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

const EMPTY = new Uint8Array(0);

/**
 * The whole body; "too_large" once the request is over (what came is thrown away, so that the client gets to read its
 * answer), "left" when the client went away inside it.
 */
export function gatherBody(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<Uint8Array | "too_large" | "left"> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else chunks = [];
    });
    request.on("end", () => {
      if (size > maxBytes) resolve("too_large");
      else resolve(chunks.length > 1 ? Buffer.concat(chunks, size) : (chunks[0] ?? EMPTY));
    });
    request.on("error", () => resolve("left"));
    request.on("close", () => resolve("left"));
  });
}
