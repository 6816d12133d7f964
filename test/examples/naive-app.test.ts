import { describe, expect, it } from "vitest";
import { exampleSetUp } from "../support/examples.ts";
import { answer, refuse, truncated } from "../support/fake-openai.ts";

describe("naive app", () => {
  const setUp = exampleSetUp("naive-app");

  it("serves a sunny day and hands the trace on", async () => {
    const { app, provider } = await setUp(() => answer());
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { status, text, events } = await app.chat("hi", { traceparent });
    expect([status, text, events]).toEqual([200, "All is well.", ["done"]]);
    expect(provider.seen[0]?.headers["traceparent"]).toBe(traceparent);
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });

  it("tries again long before the announced time, as often as it may, and shows the provider's words", async () => {
    const { app, provider } = await setUp(() => refuse(429, { "retry-after": "5" }), { MAX_ATTEMPTS: "4" });
    const { status, body, tookMs } = await app.chat("hi");
    expect(status).toBe(500);
    expect(body).toContain("provider words");
    expect(provider.seen).toHaveLength(4);
    expect(tookMs).toBeLessThan(4_000);
  });

  it("passes half an answer on as a whole one", async () => {
    const { app, provider } = await setUp(() => truncated);
    const { text, events } = await app.chat("hi");
    expect([text, events]).toEqual(["Half an", ["done"]]);
    expect(provider.seen).toHaveLength(1);
  });

  it("works on everything at once", async () => {
    const { app, provider } = await setUp(() => answer({ gapMs: 150 }));
    await Promise.all(Array.from({ length: 20 }, (_, i) => app.chat(`hi ${i}`)));
    expect(provider.mostInFlight).toBe(20);
  });
});
