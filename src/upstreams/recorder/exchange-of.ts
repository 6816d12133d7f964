import {
  fingerprintOf,
  keptReplyHeaders,
  keptRequestHeaders,
  maskChunks,
  type RecordedExchange,
  type RecordedReply,
  type Redactor,
  recordBytes,
} from "../../cassette/index.ts";
import { decoderFor } from "../../core/decoders.ts";
import type { Dialect } from "../../core/dialect.ts";
import { headerValue, withoutHeaders } from "../../core/exchange.ts";
import type { Usage } from "../../core/limits.ts";
import type { Scrubber } from "../../core/secrets.ts";
import { usageIn } from "../read-reply.ts";
import { asRecorded, findSecrets, maskText } from "./as-recorded.ts";
import { decodeChunks } from "./decode.ts";
import { type Impurities, purify } from "./purify.ts";
import type { Tape, TapeEnd, TapeHead } from "./tape.ts";

/** Why a call cannot be recorded, in words. */
export class CannotRecord extends Error {}

export interface Purifier {
  scrubber: Scrubber;
  redactor: Redactor | undefined;
}

/** What is written of a call that is over: decoded, without secrets. Throws CannotRecord. */
export async function exchangeOf(
  tape: Tape,
  ending: TapeEnd,
  { id, dialect, scrubber, redactor }: Purifier & { id: string; dialect: Dialect | undefined },
): Promise<RecordedExchange> {
  const { request } = tape;
  const { call } = request;
  const find = findSecrets(scrubber);
  const clean = (text: string) => maskText(text, find);
  const asked = asRecorded(request, { scrubber, redactor });
  const secretTold = find(Buffer.from(request.body).toString("latin1")).length > 0;
  const impurities = { find, redactor, secretTold };
  const read = tape.head === undefined ? undefined : await readReply(tape, tape.head, { ...impurities, dialect });
  const usage =
    read === undefined || dialect === undefined
      ? undefined
      : usageIn({ dialect, call, status: read.reply.status, headers: read.reply.headers, chunks: read.chunks });
  return {
    id,
    at: new Date(tape.sentAtWallMs).toISOString(),
    dialect: call.dialect,
    provider: call.provider,
    model: call.model,
    stream: call.stream,
    fingerprint: fingerprintOf(asked),
    request: {
      method: request.method,
      path: asked.path,
      headers: keptRequestHeaders(request.headers).map(clean),
      body: { text: asked.body },
    },
    reply: read === undefined ? null : { ...read.reply, headers: read.reply.headers.map(clean) },
    end: {
      how: ending.how,
      ms: rounded(ending.atMs),
      ...(ending.failure !== undefined && { code: ending.failure.code, stage: ending.failure.stage }),
    },
    ...(usage !== undefined && { usage: usageFields(usage) }),
  };
}

async function readReply(
  tape: Tape,
  { status, statusText, headers, atMs }: TapeHead,
  { dialect, ...impurities }: Impurities & { dialect: Dialect | undefined },
): Promise<{ reply: RecordedReply; chunks: readonly Uint8Array[] }> {
  const coding = headerValue(headers, "content-encoding")?.trim().toLowerCase() ?? "identity";
  const coded = coding !== "identity" && coding !== "";
  const plain = coded ? await decoded(tape.chunks, coding) : tape.chunks;
  const pure = purify(plain, { dialect, call: tape.request.call, headers }, impurities);
  const chunks = maskChunks(pure, impurities.find);
  if (isBinary(headers) && chunks.some((chunk, i) => chunk !== pure[i])) {
    throw new CannotRecord("a secret stands inside a binary stream, whose checksums would be wrong without it");
  }
  const recorded = chunks.flatMap((chunk, i) =>
    chunk.length === 0 ? [] : [{ ms: rounded(tape.times[i] ?? 0), ...recordBytes(chunk) }],
  );
  const kept = keptReplyHeaders(headers);
  const reply = {
    status,
    status_text: statusText,
    // The length is that of the coded bytes.
    headers: coded ? withoutHeaders(kept, new Set(["content-length"])) : kept,
    headers_ms: rounded(atMs),
    ...(coded && { decoded: coding }),
    chunks: recorded,
  };
  return { reply, chunks };
}

async function decoded(chunks: readonly Uint8Array[], coding: string): Promise<Uint8Array[]> {
  const newDecoder = decoderFor(coding);
  if (newDecoder === undefined)
    throw new CannotRecord(`its reply is coded as ${coding}, which cannot be searched for secrets`);
  try {
    return await decodeChunks(chunks, newDecoder());
  } catch {
    throw new CannotRecord(`its reply is not coded as it says (${coding})`);
  }
}

function isBinary(headers: TapeHead["headers"]): boolean {
  return headerValue(headers, "content-type")?.toLowerCase().includes("vnd.amazon.eventstream") ?? false;
}

function usageFields({
  inputTokens,
  outputTokens,
  cachedTokens,
  cacheWrittenTokens,
}: Usage): RecordedExchange["usage"] {
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    ...(cachedTokens !== undefined && { cached_tokens: cachedTokens }),
    ...(cacheWrittenTokens !== undefined && { cache_written_tokens: cacheWrittenTokens }),
  };
}

/** Microseconds are finer than anything that is played again. */
function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 1_000) / 1_000);
}
