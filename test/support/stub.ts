import type { Clock } from "../../src/core/clock.ts";
import type { LlmCall } from "../../src/core/dialect.ts";
import { estimateTokens } from "../../src/core/tokens.ts";
import type { UpstreamFailure, UpstreamReply, UpstreamRequest } from "../../src/core/upstream.ts";
import { dialects } from "../../src/providers/index.ts";
import type { TokenCounter } from "../../src/tokens/index.ts";

/** Counts at once and on no other thread, for tests with a fake clock. */
export const instantCounter: TokenCounter = {
  count: async (text) => ({ tokens: estimateTokens(text), estimated: true }),
  close: async () => {},
};

/** A recognised Chat Completions request with this body. */
export function chatRequest(body: Record<string, unknown>): UpstreamRequest {
  const raw = {
    method: "POST",
    path: "/v1/chat/completions",
    headers: ["content-type", "application/json"],
    body: new TextEncoder().encode(
      JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "hello there" }], ...body }),
    ),
  };
  const call = dialects
    .map((dialect) => (dialect.concerns(raw) ? dialect.recognise(raw) : undefined))
    .find((found): found is LlmCall => found !== undefined);
  if (call === undefined) throw new Error("not recognised as an inference call");
  return { ...raw, call };
}

export interface ReadBody {
  chunks: { atMs: number; text: string }[];
  readonly text: string;
  /** Undefined while it goes on. */
  ended: "end" | UpstreamFailure | undefined;
}

/** Starts a reply's body and gathers what comes. */
export function gather(reply: UpstreamReply, clock: Clock): ReadBody {
  const decoder = new TextDecoder();
  const read: ReadBody = {
    chunks: [],
    get text() {
      return this.chunks.map((chunk) => chunk.text).join("");
    },
    ended: undefined,
  };
  reply.body.start({
    data: (chunk) => read.chunks.push({ atMs: clock.nowMs(), text: decoder.decode(chunk) }),
    end: () => {
      read.ended = "end";
    },
    fail: (error) => {
      read.ended = error;
    },
  });
  return read;
}
