import {
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";
import { expect, it, onTestFinished } from "vitest";
import { dialects } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createStub, parseStubProfile } from "../../src/upstreams/index.ts";
import { bedrockClient, claudeBody, MODEL, SAY_HELLO } from "../support/bedrock.ts";
import { textOf } from "../support/openai.ts";
import { startTestProxy } from "../support/proxy.ts";
import { instantCounter } from "../support/stub.ts";

/** The made-up provider, asked by Bedrock's official client. */

const PROFILE = parseStubProfile("ttft: 20ms\ninter_token: 2ms\noutput_tokens: 12\ntool_calls: 0%\n", "stub.yaml");
const TOOLS = {
  tools: [
    {
      toolSpec: {
        name: "weather",
        inputSchema: { json: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } },
      },
    },
  ],
};
const ASKED: ConverseCommandInput = { modelId: MODEL, messages: [SAY_HELLO] };

async function stubbed() {
  const clock = createSystemClock();
  const stub = createStub({ seed: 1, clock, dialects, profile: PROFILE, counter: instantCounter });
  onTestFinished(() => stub.close());
  const proxy = await startTestProxy({ upstream: stub.upstream, clock });
  return { proxy, client: bedrockClient(proxy.url) };
}

it("says the same streamed and whole, at its pace", async () => {
  const { client, proxy } = await stubbed();
  const whole = await client.send(new ConverseCommand(ASKED));
  expect(whole).toMatchObject({ stopReason: "end_turn", usage: { outputTokens: 12 } });
  expect(whole.output?.message?.content?.[0]?.text).toMatch(/^\w+/);
  const arrivals: number[] = [];
  const { stream } = await client.send(new ConverseStreamCommand(ASKED));
  for await (const { contentBlockDelta } of stream ?? []) if (contentBlockDelta) arrivals.push(performance.now());
  expect(arrivals).toHaveLength(12);
  expect((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThan(15);
  const ended = await proxy.event("reply_ended", 2);
  expect(ended).toMatchObject({ how: "complete", finish: true, tokens: 12 });
});

it("calls the tool it is told to, and none when a tool has answered", async () => {
  const { client } = await stubbed();
  for (const toolChoice of [{ any: {} }, { tool: { name: "weather" } }]) {
    const { output, stopReason } = await client.send(
      new ConverseCommand({ ...ASKED, toolConfig: { ...TOOLS, toolChoice } }),
    );
    expect(stopReason).toBe("tool_use");
    expect(output?.message?.content?.[0]?.toolUse).toMatchObject({
      name: "weather",
      input: { city: expect.any(String) },
    });
  }
  const free = await client.send(new ConverseCommand({ ...ASKED, toolConfig: { ...TOOLS, toolChoice: { auto: {} } } }));
  expect(free.stopReason).toBe("end_turn");
});

it("answers in Claude's body inside InvokeModel", async () => {
  const { client } = await stubbed();
  const input = { modelId: MODEL, body: JSON.stringify(claudeBody()) };
  const { body } = await client.send(new InvokeModelWithResponseStreamCommand(input));
  const types: string[] = [];
  for await (const { chunk } of body ?? []) types.push(JSON.parse(textOf(chunk?.bytes ?? new Uint8Array())).type);
  expect(types.filter((type) => type === "content_block_delta")).toHaveLength(12);
  expect(types.at(-1)).toBe("message_stop");
});
