import OpenAI from "openai";
import { expect, it } from "vitest";
import { startChaos } from "../../src/index.ts";

it("a failed response inside a stream is the one that the stream began with, or openai-node's helper throws", async () => {
  await using chaos = await startChaos();
  chaos.inject({ mid_stream_error: { kind: "server_error", shape: "failed", after: { events: 6 } } });
  const client = new OpenAI({ baseURL: chaos.baseURL, apiKey: "sk-in-process-test", maxRetries: 0 });
  const stream = client.responses.stream({ model: "gpt-4o", input: "hello" });
  const response = await stream.finalResponse();
  expect(response.status).toBe("failed");
  expect(chaos.events.filter(({ type }) => type === "fault_applied")).toHaveLength(1);
});
