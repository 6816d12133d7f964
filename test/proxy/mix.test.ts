import { expect, test } from "vitest";
import { jsonReply } from "../../src/core/exchange.ts";
import { createRng } from "../../src/core/rng.ts";
import { dialects } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createMix } from "../../src/spend/index.ts";
import { pacedBody } from "../../src/upstreams/paced-body.ts";
import { chatBody, startTestProxy, startUpstream } from "../support/proxy.ts";

/** Fails, so that every call is made again. */
const { status, headers, body } = jsonReply(500, [], { error: { message: "no" } });

async function startMixed(seed: number) {
  const live = await startUpstream((_request, response) => response.writeHead(status, headers as string[]).end(body));
  const clock = createSystemClock();
  return startTestProxy({
    upstream: live.url,
    kind: "live",
    mix: createMix({ share: 0.5, rng: createRng(seed) }),
    standIn: {
      name: "stub",
      kind: "stub",
      passThroughTo: undefined,
      dialects,
      upstream: async (_request, signal) => ({
        status,
        statusText: "",
        headers,
        body: pacedBody([{ bytes: body, gapMs: 0 }], { clock, signal, onEnd() {} }),
      }),
    },
  });
}

test.each([
  ["an Idempotency-Key", (n: number) => ({ "idempotency-key": `key-${n}` })],
  ["the client's count", (_n: number, attempt: number) => ({ "x-stainless-retry-count": String(attempt) })],
  ["an equal body after a failure", () => ({})],
])("all attempts of a call go where the first went, known by %s", async (_by, headersOf) => {
  const proxy = await startMixed(4);
  const kinds: string[][] = [];
  for (let n = 0; n < 12; n++) {
    const before = proxy.of("upstream_started").length;
    for (let attempt = 0; attempt < 3; attempt++) {
      const request = {
        method: "POST",
        headers: headersOf(n, attempt),
        body: JSON.stringify(chatBody({ user: `u${n}` })),
      };
      await (await fetch(`${proxy.url}/v1/chat/completions`, request)).text();
      await proxy.event("reply_ended", 3 * n + attempt + 1);
    }
    kinds.push(
      proxy
        .of("upstream_started")
        .slice(before)
        .map(({ kind }) => kind ?? ""),
    );
  }
  for (const attempts of kinds) expect(new Set(attempts).size).toBe(1);
  expect(new Set(kinds.flat())).toEqual(new Set(["live", "stub"]));
});
