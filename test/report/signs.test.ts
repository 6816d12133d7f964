import { describe, expect, it } from "vitest";
import type { Trouble } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import { dialectsFor } from "../../src/providers/index.ts";
import { KNOWN_SIGNS, signsOf } from "../../src/report/sentences/signs.ts";
import { messagesRequest } from "../support/anthropic.ts";
import { azureRequest } from "../support/azure.ts";
import { bedrockRequest, converseBody } from "../support/bedrock.ts";
import { story } from "../support/events.ts";
import { geminiRequest, WHOLE } from "../support/gemini.ts";
import { CONTEXT, chatRequest, textOf } from "../support/openai.ts";
import { reportOf } from "../support/report.ts";

const chat = { model: "sample-model", messages: [{ role: "user", content: "Say hello." }] };
const READINGS = (["rpm", "tpm", "itpm", "otpm"] as const).map((dimension) => {
  return { dimension, limit: 1_000, used: 900, windowMs: 60_000, resetMs: 5_000 };
});

const REQUESTS: Readonly<Record<string, { upstream: string; request: RawRequest }>> = {
  openai: { upstream: "https://api.openai.com", request: chatRequest(chat) },
  groq: { upstream: "https://api.groq.com/openai", request: chatRequest(chat) },
  mistral: { upstream: "https://api.mistral.ai", request: chatRequest(chat) },
  azure: { upstream: "https://sample.openai.azure.com", request: azureRequest(chat) },
  anthropic: {
    upstream: "https://api.anthropic.com",
    request: messagesRequest({ ...chat, max_tokens: 100 }),
  },
  gemini: { upstream: "https://generativelanguage.googleapis.com", request: geminiRequest(WHOLE) },
  bedrock: {
    upstream: "https://bedrock-runtime.us-east-1.amazonaws.com",
    request: bedrockRequest("converse", { body: converseBody() }),
  },
};

/** The provider's own refusal, as the proxy sends it in its place: headers and body in one text. */
function refusalOf(provider: string, kind: string): string {
  const { upstream = "", request } = REQUESTS[provider] ?? {};
  if (request === undefined) throw new Error(`no request for ${provider}`);
  for (const dialect of dialectsFor(new URL(upstream))) {
    const call = dialect.recognise(request);
    if (call?.provider !== provider) continue;
    const refusal = {
      dimension: "tpm",
      limit: 1_000,
      used: 900,
      requested: 200,
      waitMs: 6_000,
      windowMs: 60_000,
    } as const;
    const trouble =
      kind === "rate_limit"
        ? { kind, refusal, readings: READINGS, hints: undefined }
        : { kind, quota: undefined, retryAfterMs: undefined };
    const { headers, body } = dialect.refuse(trouble as Trouble, call, CONTEXT);
    return `${headers.join("\n")}\n${textOf(body)}`.toLowerCase();
  }
  throw new Error(`nobody recognises the request for ${provider}`);
}

describe("what to look for in a log", () => {
  const codes = Object.entries(KNOWN_SIGNS).flatMap(([provider, { troubles }]) =>
    Object.entries(troubles).map(([trouble, code]) => [provider, trouble, code] as const),
  );

  it.each(codes)("of %s's %s is in the refusal itself: %s", (provider, trouble, code) => {
    expect(refusalOf(provider, trouble)).toContain(code.toLowerCase());
  });

  it.each(Object.entries(KNOWN_SIGNS))("of %s names headers that its rate limit has", (provider, { headers }) => {
    const refusal = refusalOf(provider, "rate_limit");
    for (const name of headers) expect(refusal).toContain(name);
  });

  it("is told of what the run met only, and not of our own budget", () => {
    const told = story().phase("storm").received("c1").replied("c1", 429, { announced: 1_000 });
    expect(signsOf(reportOf(told.ended()))).toEqual({
      codes: ["rate_limit_exceeded"],
      headers: ["retry-after", "x-ratelimit-remaining-tokens", "x-ratelimit-remaining-requests"],
    });
    const budget = story().phase("storm").received("c1").replied("c1", 429, { origin: "budget" });
    expect(signsOf(reportOf(budget.ended()))).toEqual({ codes: [], headers: [] });
    const unknown = story().phase("storm").received("c1", { provider: "somebody" }).replied("c1", 429);
    expect(signsOf(reportOf(unknown.ended()))).toEqual({ codes: [], headers: [] });
  });
});
