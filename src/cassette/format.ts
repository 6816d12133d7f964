import { z } from "zod";

/** Versions above this one are refused, since their lines may mean something else. */
export const CASSETTE_VERSION = 1;

const ms = z.number().min(0);
const headers = z.array(z.string()).meta({ description: "Flat, in wire order: name, value, name, value" });
const bytes = z
  .union([z.strictObject({ text: z.string() }), z.strictObject({ base64: z.string() })])
  .meta({ description: "Bytes: as text where they are UTF-8, else in base64" });
const stamped = { ms: ms.meta({ description: "Since the call was sent upstream" }) };
const chunk = z.union([
  z.strictObject({ ...stamped, text: z.string() }),
  z.strictObject({ ...stamped, base64: z.string() }),
]);

/** The first line. */
export const headerSchema = z
  .object({
    llm_chaos_cassette: z.int().min(1).meta({ description: "Version of the format" }),
    recording: z.string().meta({ description: "The same in all parts of one recording" }),
    part: z.int().min(1).meta({ description: "From 1; the second part of tape.jsonl is tape.2.jsonl" }),
    created: z.string(),
    versions: z.object({ llm_chaos: z.string(), node: z.string() }),
    upstreams: z
      .array(z.object({ name: z.string(), kind: z.enum(["live", "stub"]), address: z.string() }))
      .meta({ description: "What was recorded" }),
    redactions: z.array(z.string()).meta({ description: "JSON paths whose texts are placeholders (--redact)" }),
  })
  .meta({ title: "The header of a cassette" });

/** Every further line: one call and what became of it. */
export const exchangeSchema = z
  .object({
    id: z
      .string()
      .min(1)
      .meta({ description: "r1, r2, …: unique in the recording, in the order in which calls ended" }),
    at: z.string().meta({ description: "When the call was sent upstream, ISO 8601" }),
    dialect: z.string().meta({ description: "The wire format, as openai-chat" }),
    provider: z.string(),
    model: z.string(),
    stream: z.boolean(),
    fingerprint: z
      .object({ exact: z.string(), normalised: z.string(), shape: z.string() })
      .meta({ description: "By which replay finds it; made again from the request when a cassette is opened" }),
    request: z.object({
      method: z.string(),
      path: z.string().meta({ description: "With the harmless parameters of its query" }),
      headers,
      body: bytes,
    }),
    reply: z
      .object({
        status: z.int().min(100).max(999),
        status_text: z.string(),
        headers,
        headers_ms: ms.meta({ description: "When the reply's head had come, since the call was sent upstream" }),
        decoded: z.string().optional().meta({ description: "The content coding that was taken off: gzip, br …" }),
        chunks: z.array(chunk),
      })
      .nullable()
      .meta({ description: "null: no head of a reply came" }),
    end: z.object({
      how: z.enum(["complete", "cut", "failed", "client_left"]).meta({
        description:
          "complete: the reply came whole; cut: it broke off; failed: there was none; client_left: the caller (or a fault) ended the call first",
      }),
      ms,
      code: z.string().optional().meta({ description: "What the network called it: ECONNRESET, UND_ERR_SOCKET …" }),
      stage: z.enum(["connect", "headers", "body"]).optional(),
    }),
    usage: z
      .object({
        input_tokens: z.number(),
        output_tokens: z.number(),
        cached_tokens: z.number().optional(),
        cache_written_tokens: z.number().optional(),
      })
      .optional()
      .meta({ description: "As the reply told it; absent: it told none" }),
  })
  .meta({ title: "One exchange of a cassette" });

export type CassetteHeader = z.output<typeof headerSchema>;
export type RecordedExchange = z.output<typeof exchangeSchema>;
export type RecordedReply = NonNullable<RecordedExchange["reply"]>;
export type RecordedChunk = RecordedReply["chunks"][number];
export type RecordedBytes = z.output<typeof bytes>;
export type Fingerprint = RecordedExchange["fingerprint"];

/** JSON Schema of any line of a cassette. */
export function cassetteJsonSchema(): Record<string, unknown> {
  const { $schema, ...lines } = z.toJSONSchema(z.union([headerSchema, exchangeSchema]));
  return { $schema, title: `One line of a cassette, version ${CASSETTE_VERSION}: the header first`, ...lines };
}
