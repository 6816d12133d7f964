import { expect, it, onTestFinished } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { dialects } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createChooser } from "../../src/scenario/index.ts";
import { createStub, parseStubProfile } from "../../src/upstreams/index.ts";
import { chatBody, chatFrames, startTestProxy, startUpstream } from "../support/proxy.ts";
import { instantCounter } from "../support/stub.ts";

const clock = createSystemClock();

/** Answers of ten tokens, at once. */
function tenTokens() {
  const profile = parseStubProfile("{ ttft: 1ms, inter_token: 1ms, output_tokens: 10 }", "ten.yaml");
  const stub = createStub({ seed: 1, clock, dialects, profile, counter: instantCounter });
  onTestFinished(() => stub.close());
  return stub.upstream;
}

async function proxyWith(fault: string, upstream: Parameters<typeof startTestProxy>[0]["upstream"]) {
  const chooser = createChooser({ scenario: { phases: [] }, phase: () => undefined, rng: createRng(1), clock });
  if (fault !== "") chooser.inject(fault);
  return startTestProxy({ upstream, chooser });
}

async function ask(url: string, more: object = {}): Promise<string> {
  const reply = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody(more)) });
  return reply.text();
}

/** Pieces of text in a streamed answer: the stub's are a token each. */
const pieces = (stream: string) => [...stream.matchAll(/"content":"([^"]+)"/g)].map(([, text]) => text);

it.each([
  ["0%", 0],
  ["40%", 4],
  ["100%", 10],
])("ends a reply of the stub's after %s of its tokens", async (share, expected) => {
  const whole = pieces(await ask((await proxyWith("", tenTokens())).url));
  expect(whole).toHaveLength(10);
  const proxy = await proxyWith(`truncate: { after: { share: ${share} } }`, tenTokens());
  const got = await ask(proxy.url);
  expect(pieces(got)).toEqual(whole.slice(0, expected));
  expect(got).not.toContain('"finish_reason":"stop"');
  expect(await proxy.event("fault_applied")).toMatchObject({ fault: "truncate" });
});

it("cuts an unstreamed reply of the stub's after a share of its bytes", async () => {
  const whole = await ask((await proxyWith("", tenTokens())).url, { stream: false });
  const proxy = await proxyWith("truncate: { after: { share: 40% } }", tenTokens());
  const got = await ask(proxy.url, { stream: false });
  expect(whole.startsWith(got.slice(0, 20))).toBe(true);
  expect(Math.abs(got.length - 0.4 * whole.length)).toBeLessThan(2);
});

it("is not exercised on a live upstream, which changes nothing", async () => {
  const frames = chatFrames(["one ", "two ", "three"]);
  for (const stream of [true, false]) {
    const live = await startUpstream((_request, response) => {
      response.setHeader("content-type", stream ? "text/event-stream" : "application/json");
      response.end(stream ? frames.join("") : "{}");
    });
    const proxy = await proxyWith("truncate: { after: { share: 40% } }", live.url);
    expect(await ask(proxy.url, { stream })).toBe(stream ? frames.join("") : "{}");
    await proxy.event("reply_ended");
    expect(proxy.of("fault_applied")).toEqual([]);
  }
});
