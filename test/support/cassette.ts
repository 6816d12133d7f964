import type { CassetteHeader, RecordedExchange } from "../../src/cassette/index.ts";

/** Hand-written cassettes. */

export function header(more: Partial<CassetteHeader> = {}): CassetteHeader {
  return {
    llm_chaos_cassette: 1,
    recording: "one",
    part: 1,
    created: "2026-01-05T12:00:00.000Z",
    versions: { llm_chaos: "0.0.0", node: "v24.0.0" },
    upstreams: [{ name: "http://127.0.0.1:1", kind: "live", address: "http://127.0.0.1:1" }],
    redactions: [],
    ...more,
  };
}

/** A streamed chat answer of three chunks. */
export function exchange(id: string, more: Partial<RecordedExchange> = {}): RecordedExchange {
  return {
    id,
    at: "2026-01-05T12:00:00.000Z",
    dialect: "openai-chat",
    provider: "openai",
    model: "sample-model",
    stream: true,
    fingerprint: { exact: "", normalised: "", shape: "" },
    request: {
      method: "POST",
      path: "/v1/chat/completions",
      headers: ["content-type", "application/json"],
      body: {
        text: JSON.stringify({ model: "sample-model", stream: true, messages: [{ role: "user", content: id }] }),
      },
    },
    reply: {
      status: 200,
      status_text: "OK",
      headers: ["content-type", "text/event-stream"],
      headers_ms: 20,
      chunks: [
        { ms: 30, text: `data: {"choices":[{"delta":{"content":"answer to ${id}"}}]}\n\n` },
        { ms: 40, text: 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n' },
        { ms: 40, text: "data: [DONE]\n\n" },
      ],
    },
    end: { how: "complete", ms: 41 },
    ...more,
  };
}

export function cassetteText(exchanges: readonly RecordedExchange[], more: Partial<CassetteHeader> = {}): string {
  return `${[header(more), ...exchanges].map((line) => JSON.stringify(line)).join("\n")}\n`;
}
