import { describe, expect, it, onTestFinished } from "vitest";
import { openUpstreams } from "../../src/run/open-upstreams.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { bytesOf } from "../support/openai.ts";
import { startTestProxy } from "../support/proxy.ts";

function opened(...texts: string[]) {
  const upstreams = openUpstreams(parseUpstreams(texts), { clock: createSystemClock(), seed: 1 });
  onTestFinished(() => upstreams.close());
  return upstreams.destinations;
}

describe("what the upstreams become", () => {
  it("destinations with the names that the log shows, and whose they are", () => {
    const shown = (...texts: string[]) =>
      opened(...texts).map(({ name, provider, formats, passThroughTo }) => [
        name,
        provider,
        formats,
        passThroughTo?.href,
      ]);
    expect(shown()).toEqual([["stub", undefined, "openai", undefined]]);
    expect(shown("http://127.0.0.1:1/v1")).toEqual([
      ["http://127.0.0.1:1/v1", undefined, "openai", "http://127.0.0.1:1/v1"],
    ]);
    expect(shown("groq=stub", "claude=https://api.anthropic.com")).toEqual([
      ["groq", "groq", "openai", undefined],
      ["claude", "anthropic", "anthropic", "https://api.anthropic.com/"],
    ]);
  });

  it("a stub by a provider's name stands before that provider's wall, and speaks its format", async () => {
    const request = {
      method: "POST",
      path: "/v1/chat/completions",
      headers: [],
      body: bytesOf('{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}'),
    };
    for (const name of ["vllm", "groq", "azure"]) {
      const [destination] = opened(`${name}=stub`);
      if (destination === undefined) throw new Error("nothing was opened");
      const dialect = destination.dialects.find((one) => one.concerns(request));
      expect(dialect?.recognise(request)?.provider).toBe(name);
      const proxy = await startTestProxy({ upstream: [destination] });
      const reply = await fetch(`${proxy.url}${request.path}`, { method: "POST", body: request.body });
      expect(reply.status, await reply.text()).toBe(200);
      expect(proxy.of("upstream_started")[0]?.upstream).toBe(name);
    }
  });
});
