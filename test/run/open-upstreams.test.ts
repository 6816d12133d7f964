import { describe, expect, it, onTestFinished } from "vitest";
import { createScrubber } from "../../src/core/secrets.ts";
import { openUpstreams } from "../../src/run/open-upstreams.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { parseUpstreams } from "../../src/run/upstream-choice.ts";
import { bytesOf } from "../support/openai.ts";
import { createTestSink, startTestProxy } from "../support/proxy.ts";

async function opened(...texts: string[]) {
  const clock = createSystemClock();
  const { sink } = createTestSink(clock);
  const parts = { clock, sink, scrubber: createScrubber(), seed: 1, notify() {} };
  const upstreams = await openUpstreams(parseUpstreams(texts), parts);
  onTestFinished(() => upstreams.close());
  return upstreams.destinations;
}

describe("what the upstreams become", () => {
  it("destinations with the names that the log shows, and whose they are", async () => {
    const shown = async (...texts: string[]) =>
      (await opened(...texts)).map(({ name, provider, formats, passThroughTo }) => [
        name,
        provider,
        formats,
        passThroughTo?.href,
      ]);
    expect(await shown()).toEqual([["stub", undefined, "openai", undefined]]);
    expect(await shown("http://127.0.0.1:1/v1")).toEqual([
      ["http://127.0.0.1:1/v1", undefined, "openai", "http://127.0.0.1:1/v1"],
    ]);
    expect(await shown("groq=stub", "claude=https://api.anthropic.com")).toEqual([
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
      const [destination] = await opened(`${name}=stub`);
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
