import { describe, expect, it } from "vitest";
import { baseUrlVariables, familyOf } from "../../src/app/index.ts";

const proxyUrl = "http://127.0.0.1:4141/";
const loopback = { NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost" };

describe("base URL variables", () => {
  it("differ per SDK: only OpenAI's carries the version", () => {
    const of = (family: "openai" | "azure" | "anthropic" | "gemini") => baseUrlVariables({ family, proxyUrl, env: {} });
    expect(of("openai")).toEqual({ OPENAI_BASE_URL: "http://127.0.0.1:4141/v1", ...loopback });
    expect(of("azure")).toEqual({ AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:4141", ...loopback });
    expect(of("anthropic")).toEqual({ ANTHROPIC_BASE_URL: "http://127.0.0.1:4141", ...loopback });
    expect(of("gemini")).toEqual({ GOOGLE_GEMINI_BASE_URL: "http://127.0.0.1:4141", ...loopback });
  });

  it("never leave the OpenAI and the Azure variable both set: openai-node refuses to start", () => {
    const env = { OPENAI_BASE_URL: "https://api.openai.com/v1", AZURE_OPENAI_ENDPOINT: "https://x.openai.azure.com" };
    const azure = baseUrlVariables({ family: "azure", proxyUrl, env });
    expect(azure).toMatchObject({ AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:4141", OPENAI_BASE_URL: undefined });
    expect(Object.keys(azure)).toContain("OPENAI_BASE_URL");
    const openai = baseUrlVariables({ family: "openai", proxyUrl, env });
    expect(Object.keys(openai)).toContain("AZURE_OPENAI_ENDPOINT");
    expect(openai["AZURE_OPENAI_ENDPOINT"]).toBeUndefined();
  });

  it("stand side by side for several providers, but never OpenAI's beside Azure's", () => {
    const both = baseUrlVariables({ family: "anthropic", others: ["openai", "azure", "gemini"], proxyUrl, env: {} });
    expect(both).toEqual({
      ANTHROPIC_BASE_URL: "http://127.0.0.1:4141",
      OPENAI_BASE_URL: "http://127.0.0.1:4141/v1",
      GOOGLE_GEMINI_BASE_URL: "http://127.0.0.1:4141",
      ...loopback,
    });
    const azure = baseUrlVariables({ family: "azure", others: ["openai"], proxyUrl, env: {} });
    expect(azure).toEqual({ AZURE_OPENAI_ENDPOINT: "http://127.0.0.1:4141", ...loopback });
  });

  it("rewrite the names of older SDKs where they are present", () => {
    const env = { OPENAI_API_BASE: "https://api.openai.com/v1", ANTHROPIC_API_BASE: "https://api.anthropic.com" };
    const api = (family: "openai" | "azure" | "anthropic") => {
      const { OPENAI_API_BASE, ANTHROPIC_API_BASE } = baseUrlVariables({ family, proxyUrl, env });
      return { OPENAI_API_BASE, ANTHROPIC_API_BASE };
    };
    expect(api("openai")).toEqual({ OPENAI_API_BASE: "http://127.0.0.1:4141/v1" });
    expect(api("azure")).toEqual({ OPENAI_API_BASE: "http://127.0.0.1:4141" });
    expect(api("anthropic")).toEqual({ ANTHROPIC_API_BASE: "http://127.0.0.1:4141" });
  });

  it("extend NO_PROXY, keeping what either spelling held", () => {
    const env = { NO_PROXY: "corp.example, localhost", no_proxy: ".internal" };
    const { NO_PROXY, no_proxy } = baseUrlVariables({ family: "openai", proxyUrl: "http://10.0.0.5:4141", env });
    expect(NO_PROXY).toBe("corp.example,localhost,.internal,127.0.0.1,10.0.0.5");
    expect(no_proxy).toBe(NO_PROXY);
    expect(baseUrlVariables({ family: "openai", proxyUrl, env: { NO_PROXY: "*" } })["NO_PROXY"]).toBe("*");
  });
});

describe("the family of an upstream", () => {
  it.each([
    ["https://api.openai.com", "openai"],
    ["https://my-company.openai.azure.com/", "azure"],
    ["https://my-company.cognitiveservices.azure.com", "azure"],
    ["https://api.anthropic.com/v1", "anthropic"],
    ["https://anthropic.com.evil.example", "openai"],
    ["https://generativelanguage.googleapis.com", "gemini"],
    ["https://us-central1-aiplatform.googleapis.com", "gemini"],
    ["http://127.0.0.1:8000/v1", "openai"],
    ["stub", "openai"],
  ] as const)("%s is %s", (upstream, family) => {
    expect(familyOf(upstream)).toBe(family);
    if (URL.canParse(upstream)) expect(familyOf(new URL(upstream))).toBe(family);
  });
});
