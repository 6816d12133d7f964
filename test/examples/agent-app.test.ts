import { describe, expect, it } from "vitest";
import { exampleSetUp } from "../support/examples.ts";
import { answer, refuse } from "../support/fake-openai.ts";

describe("agent app", () => {
  const setUp = exampleSetUp("agent-app");

  it("makes five different calls, one after another, in one trace", async () => {
    const { app, provider } = await setUp(() => answer());
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { status, body } = await app.chat("hi", { traceparent });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({ text: "All is well.", steps: 5 });
    expect(new Set(provider.seen.map(({ prompt }) => prompt)).size).toBe(5);
    expect(provider.seen.map(({ headers }) => headers["traceparent"])).toEqual(Array(5).fill(traceparent));
    expect(provider.mostInFlight).toBe(1);
  });

  it("retries none of them", async () => {
    const { app, provider } = await setUp((_request, nth) =>
      nth < 3 ? answer() : refuse(429, { "retry-after": "5" }),
    );
    const { status, headers, body } = await app.chat("hi");
    expect([status, headers.get("retry-after")]).toEqual([503, "5"]);
    expect(body).not.toContain("provider words");
    expect(provider.seen).toHaveLength(3);
  });

  it("refuses a body that is no message", async () => {
    const { app, provider } = await setUp(() => answer());
    for (const body of ["not json", "null", "{}"]) {
      expect((await fetch(`${app.url}/chat`, { method: "POST", body })).status).toBe(400);
    }
    expect(provider.seen).toEqual([]);
  });

  it("takes no cut answer for a whole one", async () => {
    const { app, provider } = await setUp(() => answer({ finish: "length" }));
    expect((await app.chat("hi")).status).toBe(502);
    expect(provider.seen).toHaveLength(1);
  });
});
