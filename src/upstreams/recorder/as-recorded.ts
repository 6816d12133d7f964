import { type Asked, credentialsIn, keptPath, maskChunks, type Redactor } from "../../cassette/index.ts";
import type { Scrubber } from "../../core/secrets.ts";
import type { UpstreamRequest } from "../../core/upstream.ts";

export type FindSecrets = Parameters<typeof maskChunks>[1];

/** A request as it stands in a cassette, without secrets and redacted. Recorder and replay see the same, so that the one finds what the other wrote. */
export function asRecorded(
  { path, call, body }: UpstreamRequest,
  { scrubber, redactor }: { scrubber: Scrubber; redactor: Redactor | undefined },
): Asked {
  const find = findSecrets(scrubber);
  const [clean = body] = maskChunks([body], find);
  const text = Buffer.from(clean.buffer, clean.byteOffset, clean.byteLength).toString("utf8");
  return {
    path: maskText(keptPath(path), find),
    model: call.model,
    stream: call.stream,
    body: redactor?.json(text) ?? text,
  };
}

/** Those seen in this process, and what looks like one. */
export function findSecrets(scrubber: Scrubber): FindSecrets {
  return (text) => scrubber.find(text).concat(credentialsIn(text));
}

export function maskText(text: string, find: FindSecrets): string {
  if (find(text).length === 0) return text;
  return Buffer.concat(maskChunks([Buffer.from(text)], find)).toString("utf8");
}
