import { type Asked, credentialsIn, keptPath, maskChunks } from "../../cassette/index.ts";
import type { Scrubber } from "../../core/secrets.ts";
import type { UpstreamRequest } from "../../core/upstream.ts";

/** A request as it stands in a cassette: without secrets. Recorder and replay see the same, so that the one finds what the other wrote. */
export function asRecorded({ path, call, body }: UpstreamRequest, { scrubber }: { scrubber: Scrubber }): Asked {
  const find = findSecrets(scrubber);
  const bytes = Buffer.concat(maskChunks([body], find));
  return { path: maskText(keptPath(path), find), model: call.model, stream: call.stream, body: bytes.toString("utf8") };
}

/** Those seen in this process, and what looks like one. */
export function findSecrets(scrubber: Scrubber): Parameters<typeof maskChunks>[1] {
  return (text) => [...scrubber.find(text), ...credentialsIn(text)];
}

export function maskText(text: string, find: Parameters<typeof maskChunks>[1]): string {
  return Buffer.concat(maskChunks([Buffer.from(text)], find)).toString("utf8");
}
