import { describe, expect, it } from "vitest";
import { whoseRequest, whoseServer } from "../../src/providers/index.ts";

const head = (path: string, headers: readonly string[] = [], method = "POST") => ({ method, path, headers });
const bearer = (key: string) => ["Authorization", `Bearer ${key}`];

describe("whose server an upstream is", () => {
  it.each([
    ["openai", undefined, "openai", "openai"],
    ["Groq", undefined, "groq", "openai"],
    ["anthropic", undefined, "anthropic", "anthropic"],
    ["azure", undefined, "azure", "openai"],
    ["vertex", undefined, "vertex", "google"],
    ["small", undefined, undefined, "openai"],
    [undefined, "https://api.openai.com", "openai", "openai"],
    [undefined, "https://api.anthropic.com", "anthropic", "anthropic"],
    [undefined, "https://api.groq.com/openai/v1", "groq", "openai"],
    [undefined, "https://generativelanguage.googleapis.com", "gemini", "google"],
    [undefined, "https://us-central1-aiplatform.googleapis.com", "vertex", "google"],
    [undefined, "https://bedrock-runtime.eu-west-1.amazonaws.com", "bedrock", "bedrock"],
    [undefined, "https://api.anthropic.com.evil.test", undefined, "openai"],
    [undefined, "http://127.0.0.1:8000/v1", undefined, "openai"],
    // The user's name says it first; only Azure's hosts speak for themselves.
    ["anthropic", "http://127.0.0.1:8000", "anthropic", "anthropic"],
    ["openai", "https://mine.openai.azure.com", "azure", "openai"],
    ["claude", "https://api.anthropic.com", "anthropic", "anthropic"],
  ])("%s at %s is %s and asked in the formats of %s", (name, base, provider, formats) => {
    expect(whoseServer(base === undefined ? undefined : new URL(base), name)).toEqual({ provider, formats });
  });
});

describe("whose a request is", () => {
  it.each([
    ["/v1/chat/completions", [], "openai", "openai"],
    ["/chat/completions", [], "openai", "openai"],
    ["/v1/responses", [], "openai", "openai"],
    ["/v1/chat/completions", bearer("gsk_abc"), "groq", "openai"],
    ["/v1/chat/completions", ["user-agent", "mistral-client-typescript/2"], "mistral", "openai"],
    ["/v1/messages", [], "anthropic", "anthropic"],
    ["/v1beta/models/m:generateContent", [], "gemini", "google"],
    ["/v1/projects/p/locations/l/publishers/google/models/m:generateContent", [], "vertex", "google"],
    ["/openai/deployments/d/chat/completions?api-version=2024-10-21", ["api-key", "k"], "azure", "openai"],
  ])("by its path: %s", (path, headers, provider, formats) => {
    expect(whoseRequest(head(path, headers))).toMatchObject({ provider, formats });
  });

  it.each([
    [bearer("sk-ant-api03-x"), "anthropic"],
    [["x-api-key", "sk-ant-api03-x"], "anthropic"],
    [bearer("AIzaSyX"), "gemini"],
    [bearer("sk-or-v1-x"), "openrouter"],
  ])("by a key that names its maker, whatever the path says (%j): it must reach nobody else", (headers, provider) => {
    expect(whoseRequest(head("/v1/chat/completions", headers))).toMatchObject({ provider, formats: "openai" });
  });

  it.each([
    [["anthropic-version", "2023-06-01"], "anthropic"],
    [["User-Agent", "Anthropic/JS 1.13.0"], "anthropic"],
    [["x-goog-api-key", "k"], "gemini"],
    [["api-key", "k"], "azure"],
    [["User-Agent", "OpenAI/JS 7.0.0"], "openai"],
    [["openai-organization", "org"], "openai"],
    [bearer("sk-proj-x"), "openai"],
    [["User-Agent", "Groq/JS 1.6.0"], "groq"],
    [["Authorization", "AWS4-HMAC-SHA256 Credential=x"], "bedrock"],
  ])("by its headers where the path is unknown: %j", (headers, provider) => {
    expect(whoseRequest(head("/v1/files", headers, "GET")).provider).toBe(provider);
  });

  it("is nobody's where nothing gives it away", () => {
    expect(whoseRequest(head("/v1/files", bearer("key"), "GET"))).toEqual({
      provider: undefined,
      formats: undefined,
      ownPath: false,
    });
  });

  it.each([
    ["/openai/deployments/d/chat/completions", [], true],
    ["/openai/v1/chat/completions", ["api-key", "k"], true],
    ["/openai/v1/chat/completions", bearer("gsk_abc"), true],
    ["/openai/v1/chat/completions", bearer("sk-proj-x"), false],
    ["/openai/v1/messages", [], false],
    ["/v1/chat/completions", bearer("gsk_abc"), false],
  ])("knows Azure's and Groq's own paths below /openai: %s %j", (path, headers, ownPath) => {
    expect(whoseRequest(head(path, headers)).ownPath).toBe(ownPath);
  });
});
