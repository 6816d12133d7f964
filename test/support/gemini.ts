import type { LlmCall, StreamFrame } from "../../src/core/dialect.ts";
import type { RawRequest } from "../../src/core/exchange.ts";
import { gemini } from "../../src/providers/gemini.ts";
import { bytesOf } from "./openai.ts";

/** Sample requests of Google Gemini. */

export const MODEL = "sample-model";
export const WHOLE = `/v1beta/models/${MODEL}:generateContent`;
export const ARRAY = `/v1beta/models/${MODEL}:streamGenerateContent`;
export const SSE = `${ARRAY}?alt=sse`;
export const VERTEX = `/v1/projects/sample/locations/global/publishers/google/models/${MODEL}:streamGenerateContent?alt=sse`;

export const SAY_HELLO = { role: "user", parts: [{ text: "Say hello." }] };

export function geminiRequest(path = SSE, changes: object = {}): RawRequest {
  const body = { contents: [SAY_HELLO], generationConfig: { maxOutputTokens: 500 }, ...changes };
  const headers = ["x-goog-api-key", "sample-key-0001", "Content-Type", "application/json"];
  return { method: "POST", path, headers, body: bytesOf(JSON.stringify(body)) };
}

export function geminiCall(path = SSE, changes: object = {}): LlmCall {
  const call = gemini.recognise(geminiRequest(path, changes));
  if (call === undefined) throw new Error("the sample body was not recognised");
  return call;
}

/** A frame with this as its data. */
export function dataFrame(value: unknown): StreamFrame {
  const data = typeof value === "string" ? value : JSON.stringify(value);
  return { bytes: bytesOf(`data: ${data}\r\n\r\n`), arrivedMs: 0, event: undefined, data, whole: true };
}

/** A chunk with these parts of the first candidate. */
export function chunkOf(parts: readonly object[], more: object = {}): object {
  return { candidates: [{ content: { parts, role: "model" }, index: 0, ...more }] };
}

/** A stream in the shape of a recorded one: thoughts, text with letters of more than one byte, a signature, a call, usage in every chunk. */
export function recordedShape(): object[] {
  const usage = (candidates: number, thoughts: number) => ({
    promptTokenCount: 1_012,
    ...(candidates > 0 && { candidatesTokenCount: candidates }),
    totalTokenCount: 1_012 + candidates + thoughts,
    cachedContentTokenCount: 900,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: 1_012 }],
    thoughtsTokenCount: thoughts,
  });
  const more = { modelVersion: MODEL, responseId: "IsKXaOm3OoWW1MkPoMj8mAk" };
  return [
    { ...chunkOf([{ text: "**Weighing** the sky", thought: true }]), usageMetadata: usage(0, 20), ...more },
    { ...chunkOf([{ text: "Für Rom: " }]), usageMetadata: usage(4, 57), ...more },
    { ...chunkOf([{ text: "“heiter” 🌤, sagt ]} der" }]), usageMetadata: usage(16, 57), ...more },
    {
      ...chunkOf([{ functionCall: { name: "weather", args: { city: "Rom" } }, thoughtSignature: "CiQB0e2Kb" }]),
      usageMetadata: usage(20, 57),
      futureField: [{ unheard: "of" }],
      ...more,
    },
    { ...chunkOf([{ text: "" }], { finishReason: "STOP" }), usageMetadata: usage(20, 57), ...more },
  ];
}
