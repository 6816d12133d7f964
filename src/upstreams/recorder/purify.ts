import { leavesOf, type Redactor } from "../../cassette/index.ts";
import type { Dialect, LlmCall } from "../../core/dialect.ts";
import type { HeaderList } from "../../core/exchange.ts";
import { type FindSecrets, maskText } from "./as-recorded.ts";
import { framesOf } from "./frames-of.ts";
import { type Rewriting, rewriteFrames } from "./rewrite-frames.ts";

export interface Reply {
  dialect: Dialect | undefined;
  call: LlmCall;
  headers: HeaderList;
}

export interface Impurities {
  find: FindSecrets;
  redactor: Redactor | undefined;
  /** The caller told the model a secret: it may say it again, a piece of it in each event. */
  secretTold: boolean;
}

/**
 * A reply's chunks with placeholders for what is redacted, and without secrets in what it says. As many chunks, some of them
 * perhaps empty. What is no text of a frame is left to maskChunks.
 */
export function purify(
  chunks: readonly Uint8Array[],
  reply: Reply,
  { find, redactor, secretTold }: Impurities,
): readonly Uint8Array[] {
  let clean: readonly Uint8Array[] = chunks;
  if (redactor !== undefined) clean = rewrite(clean, reply, { ...redactor, leaveOutTorn: true });
  const own = reply.dialect?.splitter !== undefined;
  if (secretTold || own) clean = rewrite(clean, reply, { leaves: leavesOf, text: (text) => maskText(text, find) });
  return clean;
}

/** Each changed frame stands in the chunk in which the old one ended: it is as late as that. */
function rewrite(chunks: readonly Uint8Array[], reply: Reply, how: Rewriting): readonly Uint8Array[] {
  const { dialect } = reply;
  if (dialect === undefined || chunks.length === 0) return chunks;
  const frames = framesOf(chunks, { ...reply, dialect });
  const bytes = rewriteFrames(frames, how);
  if (bytes.every((frame, i) => frame === frames[i]?.bytes)) return chunks;
  const parts: Uint8Array[][] = chunks.map(() => []);
  for (const [i, { chunk }] of frames.entries()) parts[chunk]?.push(bytes[i] as Uint8Array);
  return parts.map((part) => Buffer.concat(part));
}
