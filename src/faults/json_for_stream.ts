import { z } from "zod";
import type { WireReply } from "../core/exchange.ts";
import type { Fault, FaultContext } from "../core/fault.ts";

const params = z.strictObject({
  body: z
    .enum(["answer", "error"])
    .default("answer")
    .meta({ description: "answer: a whole, unstreamed answer; error: the provider's JSON error under the 200" }),
});
type Params = z.output<typeof params>;

/** A client that only looks for events finds none in it, and may take that for an empty answer. */
export const jsonForStream: Fault<Params> = {
  name: "json_for_stream",
  summary: "A 200 with one JSON object where a stream was asked for",
  looks: "JSON where a stream was asked for",
  acts: "call",
  final: true,
  onlyStreams: true,
  params,
  plan({ body }, context) {
    if (!context.call.stream) return [];
    const bytes = body === "error" ? errorOf(context) : answerOf(context);
    const headers = ["content-type", "application/json", "content-length", String(bytes.byteLength)];
    return [{ do: "answer", reply: { status: 200, headers, body: bytes } }];
  },
  explain: ({ body }) => `a 200 with a JSON ${body} where a stream was asked for`,
};

function errorOf({ dialect, call, reply }: FaultContext): WireReply["body"] {
  return dialect.refuse({ kind: "server_error", retryAfterMs: undefined }, call, reply).body;
}

function answerOf({ dialect, call, reply }: FaultContext): WireReply["body"] {
  const answer = {
    id: reply.requestId,
    created: Math.floor(reply.wallMs / 1_000),
    pieces: ["This answer came in one piece."],
    finish: "stop",
    usage: { inputTokens: call.inputTokens, outputTokens: 7 },
  } as const;
  return Buffer.concat(dialect.write(answer, { ...call, stream: false }).frames);
}
