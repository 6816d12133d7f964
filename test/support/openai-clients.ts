import OpenAI from "openai";
import type { WireReply } from "../../src/core/exchange.ts";
import { serve } from "./openai.ts";

/** The official package before a server that always gives this answer; it does not retry. */
export async function withOpenAi<T>(reply: WireReply, use: (client: OpenAI) => Promise<T>): Promise<T> {
  await using server = await serve(reply);
  return await use(new OpenAI({ baseURL: server.url, apiKey: "sk-test-not-a-key", maxRetries: 0 }));
}

/** What a promise was rejected with. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`not rejected, but resolved with ${JSON.stringify(value)}`);
    },
    (thrown: unknown) => thrown,
  );
}
