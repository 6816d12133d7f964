import { expect, it } from "vitest";
import { createRng } from "../../src/core/rng.ts";
import { faults } from "../../src/faults/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createChooser } from "../../src/scenario/index.ts";
import {
  chatBody,
  chatFrames,
  chatRequest,
  connectRaw,
  parseReply,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

const clock = createSystemClock();
const FRAMES = chatFrames(["one ", "two ", "three"], { prompt_tokens: 4, completion_tokens: 3 });
const BODY = '{"choices":[]}';

/** Says the same to every call, to the byte. */
const upstream = () =>
  startUpstream((_request, response, body) => {
    const stream = body.includes('"stream":true');
    response.setHeader("Date", "Mon, 05 Jan 2026 12:00:00 GMT");
    response.setHeader("X-Request-Id", "req_sample");
    response.setHeader("content-type", stream ? "text/event-stream" : "application/json");
    if (!stream) return response.end(BODY);
    for (const frame of FRAMES) response.write(frame);
    response.end();
  });

function proxyWith(lines: readonly string[], url: string, seed = 7) {
  const chooser = createChooser({ scenario: { phases: [] }, phase: () => undefined, rng: createRng(seed), clock });
  for (const line of lines) chooser.inject(line);
  return startTestProxy({ upstream: url, chooser });
}

/** Parameters of the faults that need some. */
const GIVEN: Readonly<Record<string, string>> = {
  latency: "{ add: 1s }",
  slow_first_token: "{ add: 1s }",
  slow_tokens: "{ add: 1s }",
  bandwidth: "{ rate: 1 }",
  header_lies: "{ drop: ['x-*'] }",
};

it("with chance 0 every fault there is leaves head and body to the byte as they are without any", async () => {
  const all = [...faults.keys()].map((name) => `${name}: ${GIVEN[name] ?? "{}"}, chance: 0`);
  const { url } = await upstream();
  const [without, never] = await Promise.all([proxyWith([], url), proxyWith(all, url)]);
  for (const stream of [true, false]) {
    const request = chatRequest({ body: chatBody({ stream }), headers: ["Connection: close"] });
    const wire = async ({ port }: { port: number }) => {
      const client = connectRaw(port, request);
      expect(await client.closed).toBe("fin");
      // How the body is cut into chunks is the timing's doing.
      return parseReply(client.received());
    };
    const plain = await wire(without);
    expect([plain.whole, plain.body.toString()]).toEqual([true, stream ? FRAMES.join("") : BODY]);
    expect(await wire(never)).toEqual(plain);
  }
  await never.event("reply_ended", 2);
  expect(never.of("fault_applied")).toEqual([]);
});

it("with one seed twice the same calls meet the same faults, at the same places", async () => {
  const weather = [
    "overloaded: {}, chance: 30%",
    "truncate: { after: { tokens: 2 } }, chance: 40%",
    "split_frames: {}, chance: 50%",
  ];
  const { url } = await upstream();
  const play = async (seed: number) => {
    const proxy = await proxyWith(weather, url, seed);
    for (let n = 0; n < 30; n++) {
      const reply = await fetch(`${proxy.url}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify(chatBody()),
      });
      await reply.text();
    }
    await proxy.event("reply_ended", 30);
    const order = proxy.of("call_received").map(({ call }) => call);
    return proxy
      .of("fault_applied")
      .map(({ call, rule, fault, bytes, events, tokens }) => [order.indexOf(call), rule, fault, bytes, events, tokens]);
  };
  const [first, again, other] = [await play(7), await play(7), await play(8)];
  expect(first.length).toBeGreaterThan(20);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});
