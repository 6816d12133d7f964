import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { dialectsFor, whoseRequest, whoseServer } from "../../src/providers/index.ts";
import { createAddressing } from "../../src/proxy/destination.ts";
import type { Destination } from "../../src/proxy/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createHttpUpstream } from "../../src/upstreams/index.ts";
import { chatBody, startTestProxy, startUpstream } from "../support/proxy.ts";

/** Destinations with nothing behind them. */
function named(...names: string[]): Destination[] {
  return names.map((name) => ({
    name,
    ...whoseServer(undefined, name),
    upstream: () => Promise.reject(new Error("not asked")),
    passThroughTo: undefined,
    dialects: dialectsFor(undefined, name),
  }));
}

const bearer = (key: string) => ["authorization", `Bearer ${key}`];

function goesTo(names: readonly string[], path: string, headers: readonly string[] = [], method = "POST"): string {
  const { destination, path: rest } = createAddressing(named(...names), whoseRequest)({ method, path, headers });
  return `${destination?.name ?? "nowhere"} ${rest}`;
}

describe("where a request goes among several", () => {
  const THREE = ["openai", "anthropic", "groq"];

  it.each([
    ["/v1/chat/completions", [], "openai"],
    ["/v1/embeddings", [], "openai"],
    ["/v1/messages", [], "anthropic"],
    ["/messages", ["anthropic-version", "2023-06-01"], "anthropic"],
    ["/v1/chat/completions", bearer("gsk_x"), "groq"],
    ["/v1/chat/completions", bearer("sk-ant-x"), "anthropic"],
    // Groq's own client calls below /openai, as the provider serves it.
    ["/openai/v1/chat/completions", ["user-agent", "Groq/JS 1.6.0"], "groq"],
    // Gemini is nobody here, and its key nobody's business.
    ["/v1beta/models/m:generateContent", [], "nowhere"],
  ])("well known: %s %j to %s", (path, headers, name) => {
    expect(goesTo(THREE, path, headers)).toBe(`${name} ${path}`);
  });

  it("to one that speaks its format where its provider is not there, unless that one is another provider's", () => {
    expect(goesTo(["anthropic", "groq"], "/v1/chat/completions")).toBe("nowhere /v1/chat/completions");
    expect(goesTo(["openai", "anthropic"], "/v1/chat/completions", bearer("gsk_x"))).toMatch(/^nowhere /);
    expect(goesTo(["anthropic", "small"], "/v1/chat/completions")).toBe("small /v1/chat/completions");
    expect(goesTo(["openai", "vertex"], "/v1beta/models/m:generateContent")).toMatch(/^nowhere /);
    expect(goesTo(["small", "big"], "/v1/messages")).toBe("small /v1/messages");
  });

  it("by signs in the headers where the path is unknown, else to the first named", () => {
    expect(goesTo(THREE, "/v1/files", ["anthropic-version", "2023-06-01"], "GET")).toBe("anthropic /v1/files");
    expect(goesTo(THREE, "/v1/files", ["user-agent", "Groq/JS 1.6.0"], "GET")).toBe("groq /v1/files");
    expect(goesTo(["groq", "openai"], "/anything", [], "GET")).toBe("groq /anything");
  });

  it.each([
    ["/anthropic/v1/messages", "anthropic /v1/messages"],
    ["/groq/v1/chat/completions", "groq /v1/chat/completions"],
    ["/GROQ/v1/models?x=1", "groq /v1/models?x=1"],
    ["/openai/v1/messages", "openai /v1/messages"],
    ["/anthropic", "anthropic /"],
    ["/anthropic?x=1", "anthropic /?x=1"],
    ["/anthropic/anthropic/v1", "anthropic /anthropic/v1"],
    ["/anthropics/v1/messages", "anthropic /anthropics/v1/messages"],
    ["/groq%2f/v1/messages", "anthropic /groq%2f/v1/messages"],
  ])("by name in the path, which is then gone: %s", (path, expected) => {
    expect(goesTo(THREE, path)).toBe(expected);
  });

  it("takes Azure's own paths for no address of an upstream called openai", () => {
    const both = ["openai", "azure"];
    const deployments = "/openai/deployments/d/chat/completions?api-version=2024-10-21";
    expect(goesTo(both, deployments, ["api-key", "k"])).toBe(`azure ${deployments}`);
    expect(goesTo(both, "/openai/v1/chat/completions", ["api-key", "k"])).toBe("azure /openai/v1/chat/completions");
    expect(goesTo(both, "/openai/v1/chat/completions", bearer("sk-x"))).toBe("openai /v1/chat/completions");
    expect(goesTo(["azure", "anthropic"], "/openai/v1/chat/completions", bearer("k"))).toBe(
      "azure /openai/v1/chat/completions",
    );
  });

  it("untouched to the only one, whatever the path begins with", () => {
    expect(goesTo(["openai"], "/openai/v1/chat/completions")).toBe("openai /openai/v1/chat/completions");
    expect(goesTo(["anthropic"], "/groq/v1/x")).toBe("anthropic /groq/v1/x");
  });
});

it("tells a caller whose provider has no upstream, and sends its key nowhere", async () => {
  const { proxy, openai, anthropic } = await twoServers();
  const reply = await fetch(`${proxy.url}/v1beta/models/m:generateContent`, {
    method: "POST",
    body: "{}",
    headers: { "x-goog-api-key": "goog-canary" },
  });
  expect(reply.status).toBe(404);
  expect(reply.headers.get("x-llm-chaos")).toBe("no-upstream");
  expect(await reply.text()).toContain("--upstream gemini=");
  expect(openai.requests.length + anthropic.requests.length).toBe(0);
});

async function twoServers() {
  const openai = await startUpstream((request, response) => void response.end(`openai ${request.url}`));
  const anthropic = await startUpstream((request, response) => void response.end(`anthropic ${request.url}`));
  const clock = createSystemClock();
  const destinations = [
    { name: "openai", base: new URL(`${openai.url}/v1`) },
    { name: "anthropic", base: new URL(anthropic.url) },
  ].map(({ name, base }) => ({
    name,
    ...whoseServer(base, name),
    ...createHttpUpstream({ base, clock }),
    passThroughTo: base,
    dialects: dialectsFor(base, name),
  }));
  const proxy = await startTestProxy({ upstream: destinations, ownerOf: whoseRequest });
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const reply = await fetch(`${proxy.url}${path}`, { method: "POST", body: JSON.stringify(body), headers });
    return reply.text();
  };
  return { proxy, openai, anthropic, post };
}

describe("through the proxy", () => {
  it("each provider's calls reach its server, and only that one; the log names it", async () => {
    const { proxy, openai, anthropic, post } = await twoServers();
    const message = { model: "m", max_tokens: 5, messages: [{ role: "user", content: "hi" }] };
    expect(await post("/v1/chat/completions", chatBody(), { authorization: "Bearer sk-one-0001" })).toBe(
      "openai /v1/chat/completions",
    );
    expect(await post("/v1/messages", message, { "x-api-key": "sk-ant-two-0002" })).toBe("anthropic /v1/messages");
    expect(await post("/anthropic/v1/messages", message)).toBe("anthropic /v1/messages");
    await proxy.event("reply_ended", 3);
    expect(proxy.of("upstream_started").map(({ upstream }) => upstream)).toEqual(["openai", "anthropic", "anthropic"]);
    expect(proxy.of("call_received").map(({ provider, path }) => `${provider} ${path}`)).toEqual([
      "openai /v1/chat/completions",
      "anthropic /v1/messages",
      "anthropic /v1/messages",
    ]);
    expect(JSON.stringify(openai.requests)).not.toContain("sk-ant-two-0002");
    expect(JSON.stringify(anthropic.requests)).not.toContain("sk-one-0001");
    const hosts = anthropic.requests.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf("host") + 1]);
    expect(hosts).toEqual([`127.0.0.1:${anthropic.port}`, `127.0.0.1:${anthropic.port}`]);
  });

  it("what is no inference call goes by its headers or its address, else to the first", async () => {
    const { proxy } = await twoServers();
    const get = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(`${proxy.url}${path}`, { headers })).text();
    expect(await get("/v1/models")).toBe("openai /v1/models");
    expect(await get("/v1/models", { "anthropic-version": "2023-06-01" })).toBe("anthropic /v1/models");
    expect(await get("/anthropic/v1/models?limit=1")).toBe("anthropic /v1/models?limit=1");
  });

  it("a body that nobody can read goes where its path does", async () => {
    const { post } = await twoServers();
    expect(await post("/anthropic/v1/chat/completions", ["no call"])).toBe("anthropic /v1/chat/completions");
  });

  it.each([
    "/anthropic//evil.test/x",
    "/anthropic/\\evil.test/x",
  ])("refuses what would name a host behind the name: %s", async (path) => {
    const { proxy, openai, anthropic } = await twoServers();
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nHost: proxy.test\r\nConnection: close\r\n\r\n`);
    let wire = "";
    for await (const chunk of socket) wire += chunk;
    expect(wire).toMatch(/^HTTP\/1.1 400 /);
    expect([...openai.requests, ...anthropic.requests]).toEqual([]);
  });
});
