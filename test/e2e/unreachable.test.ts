import OpenAI, { APIError } from "openai";
import { expect, it } from "vitest";
import { eventsOf, freePort, freshFolder, runFolderIn, startProxyCli } from "../support/e2e.ts";

// The proxy starts without asking the upstream: a provider that is down is part of what an app must live through.

async function callThrough(upstream: string) {
  const cwd = freshFolder();
  const proxy = await startProxyCli(["--upstream", upstream], { cwd });
  const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "sk-sample-key-0001", maxRetries: 0 });
  const messages = [{ role: "user" as const, content: "Hi" }];
  const error: unknown = await client.chat.completions.create({ model: "sample-model", messages }).catch((e) => e);
  const other = await fetch(`${proxy.url}/v1/files`);
  await other.arrayBuffer();
  proxy.signal("SIGTERM");
  expect(await proxy.exited, proxy.stderr()).toBe(0);
  if (!(error instanceof APIError)) throw new Error(`no API error: ${error}`);
  return { error, other, stderr: proxy.stderr(), events: eventsOf(runFolderIn(cwd)) };
}

it("answers for an upstream that refuses connections, marked as its own answer", async () => {
  const port = await freePort();
  const { error, other, stderr, events } = await callThrough(`http://127.0.0.1:${port}`);
  expect(error.status).toBe(502);
  expect(error.headers?.get("x-llm-chaos")).toBe("upstream-unreachable");
  expect(error.code).toBe("ECONNREFUSED");
  expect(error.message).toContain(`127.0.0.1:${port}`);
  expect(other.status).toBe(502);
  expect(other.headers.get("x-llm-chaos")).toBe("upstream-unreachable");
  expect(stderr).toContain("ECONNREFUSED");
  expect(events.find((event) => event.type === "upstream_failed")).toMatchObject({ code: "ECONNREFUSED" });
});

it("answers for an upstream whose name does not resolve", async () => {
  const { error, other, events } = await callThrough("http://no-such-host.invalid");
  expect(error.status).toBe(502);
  expect(error.code).toMatch(/ENOTFOUND|EAI_AGAIN/);
  expect(error.message).toContain("no-such-host.invalid");
  expect(other.status).toBe(502);
  expect(events.filter((event) => event.type === "upstream_failed").length).toBeGreaterThanOrEqual(1);
});
