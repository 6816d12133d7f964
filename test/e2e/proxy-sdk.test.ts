import { existsSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { expect, it } from "vitest";
import { type Cli, eventsOf, freshFolder, reportOf, runFolderIn, startProxyCli } from "../support/e2e.ts";

// The official SDK, pointed at the running program and told nothing else.

const MODEL = "sample-model";

function clientOf(url: string): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-sample-key-0001", maxRetries: 0 });
}

async function stopAndCheck(cli: Cli, signal: NodeJS.Signals, cwd: string): Promise<string> {
  cli.signal(signal);
  expect(await cli.exited, cli.stderr()).toBe(0);
  const folder = runFolderIn(cwd);
  for (const file of ["events.jsonl", "report.json", "runbook.md", "runbook.html", "junit.xml"])
    expect(existsSync(join(folder, file)), file).toBe(true);
  return folder;
}

it("serves plain and streamed calls, and leaves a report when it is told to stop", async () => {
  const cwd = freshFolder();
  const proxy = await startProxyCli(["--upstream", "stub", "--mark"], { cwd });
  const client = clientOf(proxy.url);
  const messages = [{ role: "user" as const, content: "Say hello." }];

  const plain = await client.chat.completions.create({ model: MODEL, messages });
  expect(plain.choices[0]?.finish_reason).toBe("stop");
  expect(plain.choices[0]?.message.content?.length).toBeGreaterThan(10);
  expect(plain.usage?.completion_tokens).toBeGreaterThan(0);

  const stream = await client.chat.completions.create({
    model: MODEL,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = "";
  let finish: string | null | undefined;
  const usages: OpenAI.CompletionUsage[] = [];
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    if (chunk.usage) usages.push(chunk.usage);
  }
  expect(text.length).toBeGreaterThan(10);
  expect(finish).toBe("stop");
  expect(usages).toHaveLength(1);

  const folder = await stopAndCheck(proxy, "SIGTERM", cwd);
  const events = eventsOf(folder);
  const ended = events.filter((event) => event.type === "reply_ended");
  expect(ended.map(({ status, how, finish }) => ({ status, how, finish }))).toEqual([
    { status: 200, how: "complete", finish: true },
    { status: 200, how: "complete", finish: true },
  ]);
  const usageSeen = events.filter((event) => event.type === "usage_seen");
  expect(usageSeen.map((event) => event.output_tokens)).toEqual([
    plain.usage?.completion_tokens,
    usages[0]?.completion_tokens,
  ]);
  expect(events.at(-1)).toMatchObject({ type: "run_ended", why: "interrupted" });
  expect(reportOf(folder)).toMatchObject({ mode: "proxy", calls: { attempts: 2 } });
});

it("serves a tool call, whole and streamed, and stops on SIGINT", async () => {
  const cwd = freshFolder();
  const proxy = await startProxyCli(["--upstream", "stub"], { cwd });
  const client = clientOf(proxy.url);
  const request = {
    model: MODEL,
    messages: [{ role: "user" as const, content: "What is the weather in Oslo?" }],
    tools: [
      {
        type: "function" as const,
        function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
      },
    ],
    tool_choice: "required" as const,
  };

  const whole = await client.chat.completions.create(request);
  const [call] = whole.choices[0]?.message.tool_calls ?? [];
  expect(whole.choices[0]?.finish_reason).toBe("tool_calls");
  if (call?.type !== "function") throw new Error("no function call came");
  expect(call.function.name).toBe("weather");
  expect(JSON.parse(call.function.arguments)).toBeTypeOf("object");

  const streamed = await client.chat.completions.stream(request).finalChatCompletion();
  const [streamedCall] = streamed.choices[0]?.message.tool_calls ?? [];
  if (streamedCall?.type !== "function") throw new Error("no function call came in the stream");
  expect(JSON.parse(streamedCall.function.arguments)).toBeTypeOf("object");

  const folder = await stopAndCheck(proxy, "SIGINT", cwd);
  expect(eventsOf(folder).filter((event) => event.type === "call_received" && event.tools)).toHaveLength(2);
});
