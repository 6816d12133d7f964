import OpenAI, { RateLimitError } from "openai";
import { expect, it } from "vitest";
import { startChaos, UserError } from "../../src/index.ts";

const ask = (client: OpenAI) =>
  client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "hello" }], max_tokens: 8 });

it("puts a proxy into a test: real client, injected fault, history, verdict", async () => {
  await using chaos = await startChaos({ seed: 3 });
  const client = new OpenAI({ baseURL: chaos.baseURL, apiKey: "sk-in-process-test", maxRetries: 1 });
  const fault = chaos.inject({ rate_limit: { dimension: "tpm", retry_after: "1s" }, at_most: 1 });
  expect((await ask(client)).choices[0]?.message.content).toBeTruthy();

  expect(chaos.history.logicalCalls).toHaveLength(1);
  expect(chaos.history.attempts).toHaveLength(2);
  const [waits, amplification] = chaos.judge([
    { retry_after_honoured: { tolerance: "50ms" } },
    { retry_amplification: { at_most: 1.5 } },
  ]);
  expect(waits).toMatchObject({ verdict: "pass" });
  expect(amplification).toMatchObject({ verdict: "fail" });
  expect(amplification?.evidence[0]?.events.length).toBeGreaterThan(0);
  expect(fault.remove()).toBe(true);
  expect(JSON.stringify(chaos.events)).not.toContain("sk-in-process-test");
});

it("counts limits", async () => {
  await using chaos = await startChaos({ limits: [{ model: "gpt-4o", rpm: 1 }] });
  const client = new OpenAI({ baseURL: chaos.baseURL, apiKey: "sk-in-process-test", maxRetries: 0 });
  await ask(client);
  await expect(ask(client)).rejects.toBeInstanceOf(RateLimitError);
  expect(chaos.events.filter(({ type }) => type === "call_refused")).toHaveLength(1);
});

it("words a mistake as the loader does", async () => {
  await using chaos = await startChaos();
  expect(() => chaos.inject({ rate_limt: {} })).toThrow(/did you mean|rate_limit/);
  expect(() => chaos.judge([{ retry_amplification: { at_mots: 1 } }])).toThrow(UserError);
  await expect(startChaos({ upstream: "nonsense" })).rejects.toBeInstanceOf(UserError);
});
