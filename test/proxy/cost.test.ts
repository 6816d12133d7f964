import { expect, test } from "vitest";
import { jsonReply } from "../../src/core/exchange.ts";
import type { StreamStage } from "../../src/core/fault.ts";
import { dialects } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createHttpUpstream } from "../../src/upstreams/index.ts";
import { chatBody, chatFrames, eventually, reshaped, startTestProxy, startUpstream } from "../support/proxy.ts";
import { spendMeter, TEST_PRICE } from "../support/spend.ts";

const USAGE = { prompt_tokens: 1_000, completion_tokens: 2_000 };
const PAID = (1_000 * TEST_PRICE.input + 2_000 * TEST_PRICE.output) / 1_000_000;

const streaming = (frames: readonly string[], end = true) =>
  startUpstream((_request, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.write(frames.join(""));
    if (end) response.end();
  });
const refusing = (status: number) =>
  startUpstream((_request, response) => {
    const { headers, body } = jsonReply(status, [], { error: { message: "no" } });
    response.writeHead(status, headers as string[]).end(body);
  });

const call = async (url: string, more: object = {}, signal?: AbortSignal) => {
  const body = JSON.stringify(chatBody({ max_tokens: 50, ...more }));
  const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body, ...(signal && { signal }) });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

const start = async (upstream: { url: string }, more: object = {}) => {
  const spend = spendMeter();
  const proxy = await startTestProxy({ upstream: upstream.url, kind: "live", meter: spend.meter, ...more });
  return { proxy, ...spend };
};

test("a live call is settled to the usage of its reply, before its end is told", async () => {
  const { proxy, guard } = await start(await streaming(chatFrames(["a"], USAGE)));
  await call(proxy.url);
  const cost = await proxy.event("cost_settled");
  expect(cost).toMatchObject({ kind: "live", input_tokens: 1_000, output_tokens: 2_000, estimated: false });
  expect(cost.usd).toBeCloseTo(PAID, 9);
  expect(cost.seq).toBeLessThan((await proxy.event("reply_ended")).seq);
  expect(proxy.of("upstream_started")[0]).toMatchObject({ kind: "live" });
  expect(guard.state()).toMatchObject({ used: { requests: 1, tokens: 3_000 }, kept: { tokens: 0 } });
});

test("without usage the cost is estimated, and the budget keeps all that was reserved", async () => {
  const { proxy, guard } = await start(await streaming(chatFrames(["a", "b", "c"])));
  await call(proxy.url);
  const cost = await proxy.event("cost_settled");
  expect(cost).toMatchObject({ estimated: true });
  // A frame counts for about a token.
  expect(cost.output_tokens).toBeGreaterThanOrEqual(3);
  expect(cost.output_tokens).toBeLessThan(10);
  expect(cost.kept?.tokens).toBeGreaterThanOrEqual(50);
  expect(guard.state().used.tokens).toBe(cost.kept?.tokens);
});

test("the first usage of a stream that breaks off is not taken for the last word", async () => {
  const early = `data: ${JSON.stringify({ id: "x", choices: [{ index: 0, delta: { content: "a" } }], usage: { prompt_tokens: 1, completion_tokens: 1 } })}\n\n`;
  const { proxy, guard } = await start(await streaming([early], false));
  const abort = new AbortController();
  const gone = call(proxy.url, {}, abort.signal).catch(() => "left");
  await proxy.event("first_content");
  abort.abort();
  expect(await gone).toBe("left");
  expect(await proxy.event("cost_settled")).toMatchObject({ estimated: true });
  expect(guard.state().used.tokens).toBeGreaterThanOrEqual(50);
});

test("what a fault makes of the reply does not change what it cost", async () => {
  const stage: StreamStage = {
    onFrame: (frame) => (frame.data?.includes("usage") ? [] : [{ do: "send", bytes: frame.bytes }]),
  };
  const { proxy } = await start(await streaming(chatFrames(["a"], USAGE)), { faults: [reshaped(() => stage)] });
  expect((await call(proxy.url)).text).not.toContain("usage");
  expect(await proxy.event("cost_settled")).toMatchObject({ output_tokens: 2_000, estimated: false });
  expect(proxy.of("usage_seen")).toEqual([]);
});

test("a refusal of the provider costs nothing but a request; a gateway that gave up may have cost all", async () => {
  const refused = await start(await refusing(429));
  await call(refused.proxy.url);
  expect(await refused.proxy.event("cost_settled")).toMatchObject({ usd: 0, input_tokens: 0, estimated: false });
  expect(refused.guard.state().used).toMatchObject({ requests: 1, tokens: 0, usd: 0 });
  const late = await start(await refusing(504));
  await call(late.proxy.url);
  expect(await late.proxy.event("cost_settled")).toMatchObject({ estimated: true });
  expect(late.guard.state().used.tokens).toBeGreaterThanOrEqual(50);
});

test("a call that no connection carried costs nothing at all", async () => {
  const { proxy, guard } = await start({ url: "http://127.0.0.1:9" });
  expect((await call(proxy.url)).status).toBe(502);
  await proxy.event("reply_ended");
  expect(proxy.of("cost_settled")).toEqual([]);
  expect(guard.state()).toMatchObject({ used: { requests: 0, tokens: 0 }, inFlight: { requests: 0 } });
});

test("a model without a price is told without one; what a stub answers is a saving and on no budget", async () => {
  const { proxy, guard } = await start(await streaming(chatFrames(["a"], USAGE)), { kind: "stub" });
  await call(proxy.url, { model: "unpriced" });
  expect(await proxy.event("cost_settled")).not.toHaveProperty("usd");
  await call(proxy.url);
  expect(await proxy.event("cost_settled", 2)).toMatchObject({ kind: "stub", usd: expect.closeTo(PAID, 9) });
  expect(guard.state().used).toEqual({ usd: 0, tokens: 0, requests: 0 });
});

test("beyond the budget the call is refused in the provider's words, marked, and not sent", async () => {
  const upstream = await streaming(chatFrames(["a"], USAGE));
  const { meter } = spendMeter({ run: { requests: 1 } });
  const proxy = await startTestProxy({ upstream: upstream.url, kind: "live", meter });
  expect((await call(proxy.url)).status).toBe(200);
  const { status, headers, text } = await call(proxy.url);
  expect(status).toBe(403);
  expect(headers.get("x-llm-chaos")).toBe("budget");
  expect(headers.get("x-should-retry")).toBe("false");
  expect(JSON.parse(text)).toMatchObject({
    error: { code: "llm_chaos_budget", message: expect.stringContaining("not the provider") },
  });
  expect(proxy.of("call_refused")).toMatchObject([
    { origin: "budget", trouble: "budget", dimension: "requests", limit: 1, used: 1, requested: 1 },
  ]);
  expect(upstream.requests).toHaveLength(1);
});

test("with a stand-in the call beyond the budget goes there, and the log says why", async () => {
  const upstream = await streaming(chatFrames(["live"], USAGE));
  const other = await streaming(chatFrames(["made up"], USAGE));
  const { meter } = spendMeter({ run: { requests: 1 } });
  const asStub = await startTestProxy({ upstream: other.url });
  const http = createHttpUpstream({ base: new URL(asStub.url), clock: createSystemClock() });
  const proxy = await startTestProxy({
    upstream: upstream.url,
    kind: "live",
    meter,
    standInOverBudget: true,
    standIn: { name: "stub", kind: "stub", upstream: http.upstream, passThroughTo: new URL(asStub.url), dialects },
  });
  await call(proxy.url);
  expect((await call(proxy.url)).text).toContain("made up");
  await eventually(() => proxy.of("cost_settled").length === 2, "both settled");
  expect(proxy.of("upstream_started")).toMatchObject([{ kind: "live" }, { kind: "stub", because: "over_budget" }]);
  expect(proxy.of("call_refused")).toEqual([]);
  await http.close();
});

test("under a budget a call that nobody can read is refused, since nobody knows what it costs; without one it passes", async () => {
  const upstream = await streaming(chatFrames(["a"]));
  const capped = await startTestProxy({
    upstream: upstream.url,
    kind: "live",
    meter: spendMeter({ run: { requests: 5 } }).meter,
  });
  const send = (url: string) => fetch(`${url}/v1/chat/completions`, { method: "POST", body: "no JSON" });
  const refused = await send(capped.url);
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ error: { code: "llm_chaos_budget" } });
  expect(upstream.requests).toHaveLength(0);
  const free = await startTestProxy({ upstream: upstream.url, kind: "live", meter: spendMeter().meter });
  expect((await send(free.url)).status).toBe(200);
});

test("numbers below zero give no money back", async () => {
  const usage = { prompt_tokens: -1_000_000, completion_tokens: -1_000_000 };
  const { proxy, guard } = await start(await streaming(chatFrames(["a"], usage)));
  await call(proxy.url);
  expect(await proxy.event("cost_settled")).toMatchObject({ usd: 0, input_tokens: 0, output_tokens: 0 });
  expect(guard.state().used).toMatchObject({ tokens: 0, usd: 0, requests: 1 });
});
