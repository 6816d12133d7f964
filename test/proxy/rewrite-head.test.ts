import { expect, it } from "vitest";
import { jsonReply } from "../../src/core/exchange.ts";
import type { Injection } from "../../src/core/fault.ts";
import {
  chatBody,
  chatRequest,
  connectRaw,
  parseReply,
  scripted,
  startTestProxy,
  startUpstream,
} from "../support/proxy.ts";

const lie = (drop: string[], set: string[] = []): Injection => ({ do: "rewrite-head", drop, set });

const upstream = () =>
  startUpstream((_request, response) => {
    response.writeHead(200, [
      "Content-Type",
      "application/json",
      "Content-Length",
      "2",
      "X-RateLimit-Remaining-Tokens",
      "29000",
      "X-RateLimit-Reset-Tokens",
      "6m0s",
      "X-Request-Id",
      "req_1",
    ]);
    response.end("{}");
  });

it("drops by pattern and sets, in the order of the rules; the body and its length stay", async () => {
  const faults = [
    scripted([lie(["x-ratelimit-reset-*"], ["x-ratelimit-remaining-tokens", "-1"])], { rule: "test/1" }),
    scripted([lie(["x-request-ID"])], { rule: "test/2" }),
    scripted([lie(["not-there"])], { rule: "test/3" }),
  ];
  const proxy = await startTestProxy({ upstream: (await upstream()).url, faults });
  const client = connectRaw(proxy.port, chatRequest());
  await client.until("{}");
  const { head, whole } = parseReply(client.received());
  expect(whole).toBe(true);
  expect(head).toContain("Content-Length: 2");
  expect(head).toContain("x-ratelimit-remaining-tokens: -1");
  expect(head).not.toMatch(/29000|reset|request-id/i);
  // What found nothing was not exercised.
  expect(proxy.of("fault_applied").map(({ rule }) => rule)).toEqual(["test/1", "test/2"]);
});

it("leaves a reply alone when the rule was taken back", async () => {
  const revoked = AbortSignal.abort();
  const faults = [scripted([lie(["x-*"])], { revoked })];
  const proxy = await startTestProxy({ upstream: (await upstream()).url, faults });
  const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
  expect(reply.headers.get("x-request-id")).toBe("req_1");
  expect(proxy.of("fault_applied")).toHaveLength(0);
});

it("is lost, and told so, where the answer is not the upstream's", async () => {
  const answer: Injection = {
    do: "answer",
    reply: jsonReply(503, ["Retry-After", "3"], {}),
    trouble: "overloaded",
    announcedMs: 3_000,
  };
  const faults = [scripted([lie(["retry-after"])], { rule: "test/1" }), scripted([answer], { rule: "test/2" })];
  const proxy = await startTestProxy({ upstream: (await upstream()).url, faults });
  const reply = await fetch(`${proxy.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatBody()) });
  expect(reply.headers.get("retry-after")).toBe("3");
  expect(await proxy.event("fault_lost")).toMatchObject({ rule: "test/1" });
  expect(await proxy.event("call_refused")).toMatchObject({
    trouble: "overloaded",
    announced_ms: 3_000,
    synthetic: false,
  });
});
