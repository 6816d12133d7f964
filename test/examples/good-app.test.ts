import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { exampleSetUp } from "../support/examples.ts";
import { answer, type Behaviour, refuse, type SeenRequest, stall, truncated } from "../support/fake-openai.ts";

const BIG = "gpt-4o";
const SMALL = "gpt-4o-mini";
/** This behaviour for the big model, a whole answer from the small one. */
const onBig = (behaviour: Behaviour) => (request: SeenRequest) => (request.model === BIG ? behaviour : answer());

describe("good app", () => {
  const setUp = exampleSetUp("good-app");

  it("serves a sunny day, names its model and hands the trace on", async () => {
    const { app, provider } = await setUp(() => answer());
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const { status, text, events, headers } = await app.chat("hi", { traceparent });
    expect([status, text, events, headers.get("x-model")]).toEqual([200, "All is well.", ["done"], BIG]);
    expect(provider.seen[0]?.headers["traceparent"]).toBe(traceparent);
    expect(provider.seen).toHaveLength(1);
  });

  it("falls back at once from a long announced wait, and keeps every other call off that model meanwhile", async () => {
    const { app, provider } = await setUp(onBig(refuse(429, { "retry-after": "5" })));
    for (let i = 0; i < 4; i++) {
      const { status, headers, events } = await app.chat(`hi ${i}`);
      expect([status, headers.get("x-model"), events]).toEqual([200, SMALL, ["done"]]);
    }
    expect(provider.seenOf(BIG)).toHaveLength(1);
  });

  it("sits a short announced wait out, then asks the same model once more", async () => {
    const { app, provider } = await setUp((request, nth) =>
      request.model === BIG && nth === 1 ? refuse(429, { "retry-after": "1" }) : answer(),
    );
    const { headers, events } = await app.chat("hi");
    expect([headers.get("x-model"), events]).toEqual([BIG, ["done"]]);
    const [first, second] = provider.seenOf(BIG);
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("falls back after the second refusal of a short wait", async () => {
    const { app, provider } = await setUp(onBig(refuse(429, { "retry-after": "1" })));
    expect((await app.chat("hi")).headers.get("x-model")).toBe(SMALL);
    expect(provider.seenOf(BIG)).toHaveLength(2);
  });

  it("lets one call try a model that had refused, not all of them, and returns to it when that works", async () => {
    const { app, provider } = await setUp((request, nth) =>
      request.model === BIG && nth === 1 ? refuse(429, { "retry-after": "2" }) : answer({ gapMs: 100 }),
    );
    await app.chat("first");
    await sleep(2_100);
    const models = (await Promise.all(["a", "b", "c", "d"].map((m) => app.chat(m)))).map((it) =>
      it.headers.get("x-model"),
    );
    expect(models.filter((model) => model === BIG)).toHaveLength(1);
    expect(provider.seenOf(BIG)).toHaveLength(2);
    expect((await app.chat("after")).headers.get("x-model")).toBe(BIG);
  });

  it("sheds with the shortest announced wait when every model is paused", async () => {
    const { app, provider } = await setUp(({ model }) => refuse(429, { "retry-after": model === BIG ? "9" : "5" }));
    for (let i = 0; i < 3; i++) {
      const { status, headers, body } = await app.chat(`hi ${i}`);
      expect(status).toBe(503);
      expect(["4", "5"]).toContain(headers.get("retry-after"));
      expect(body).not.toContain("provider words");
    }
    expect(provider.seen).toHaveLength(2);
  });

  it("bounds its concurrency, queues a few and sheds the rest at once", async () => {
    const env = { MAX_IN_FLIGHT: "2", MAX_QUEUED: "1" };
    const { app, provider } = await setUp(() => answer({ gapMs: 100 }), env);
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => app.chat(`hi ${i}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 503, 503, 503]);
    expect(answers.find(({ status }) => status === 503)?.headers.get("retry-after")).toBe("1");
    expect(provider.mostInFlight).toBe(2);
    expect((await app.chat("after")).status).toBe(200);
  });

  it("sheds what waited too long in the queue, and loses no place by it", async () => {
    const env = { MAX_IN_FLIGHT: "1", MAX_QUEUED: "3", MAX_QUEUE_MS: "200" };
    const { app, provider } = await setUp(() => answer({ gapMs: 250 }), env);
    const answers = await Promise.all(Array.from({ length: 4 }, (_, i) => app.chat(`hi ${i}`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 503, 503, 503]);
    expect((await app.chat("after")).status).toBe(200);
    expect(provider.seen).toHaveLength(2);
  });

  it.each([
    ["a stream that merely ends", truncated],
    ["an answer cut at the length limit", answer({ finish: "length" })],
    ["a stream that falls silent", stall("Half an")],
  ])("says that the answer is not whole: %s", async (_name, behaviour) => {
    const { app, provider } = await setUp(() => behaviour, { STALL_MS: "400" });
    const { status, events, body, tookMs } = await app.chat("hi");
    expect([status, events]).toEqual([200, ["incomplete"]]);
    expect(body).toContain('data: {"truncated": true}');
    expect(tookMs).toBeLessThan(5_000);
    expect(provider.seen).toHaveLength(1);
  });

  it.each([
    ["silence before the first token", stall()],
    ["a server error", refuse(500)],
    ["an empty stream", ((res) => void res.end()) as Behaviour],
  ])("asks the other model, once: %s", async (_name, behaviour) => {
    const { app, provider } = await setUp(onBig(behaviour), { STALL_MS: "400" });
    const { headers, events } = await app.chat("hi");
    expect([headers.get("x-model"), events]).toEqual([SMALL, ["done"]]);
    expect(provider.seenOf(BIG)).toHaveLength(1);
  });

  it("leaves an empty account alone", async () => {
    const { app, provider } = await setUp(() => refuse(429, {}, "insufficient_quota"));
    for (let i = 0; i < 3; i++) expect((await app.chat(`hi ${i}`)).status).toBe(503);
    expect(provider.seen.map(({ model }) => model)).toEqual([BIG, SMALL]);
  });

  it("never tries again what cannot be cured, and keeps the provider's words inside", async () => {
    const { app, provider } = await setUp(() => refuse(401));
    const { status, body } = await app.chat("hi");
    expect(status).toBe(502);
    expect(body).not.toContain("provider words");
    expect(provider.seen).toHaveLength(1);
  });

  it("answers within its own deadline whatever the provider does", async () => {
    const { app } = await setUp(() => stall(), { DEADLINE_MS: "500" });
    const { status, tookMs } = await app.chat("hi");
    expect(status).toBe(504);
    expect(tookMs).toBeLessThan(5_000);
  });

  it("refuses a body that is no message", async () => {
    const { app, provider } = await setUp(() => answer());
    for (const body of ["not json", "null", "{}"]) {
      expect((await fetch(`${app.url}/chat`, { method: "POST", body })).status).toBe(400);
    }
    expect(provider.seen).toEqual([]);
  });
});
