import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { RateLimitError } from "openai";
import { beforeEach, describe, expect, it } from "vitest";
import { parseDuration } from "../../src/core/units.ts";
import { eventsOf, freshFolder, runFolderIn, startProxyCli } from "../support/e2e.ts";
import { QUICK_STUB } from "../support/e2e-files.ts";

// 12,000 tokens a minute are 200 a second: small enough to be met at once, quick enough to be waited for.

const LIMIT = 12_000;
const REFILL_PER_SECOND = LIMIT / 60;
const MODEL = "sample-model";
const SCENARIO = `
name: small-wall
seed: 3
settle: reserve     # the charge stands, so that the arithmetic is known beforehand
limits:
  - tpm: ${LIMIT}
phases:
  - { name: open, lasts: 60s }   # never started here: limits are active at once
`;

/** What a 429 says, from its text and from its headers. */
function read(error: RateLimitError) {
  const found = /Limit (\d+), Used (\d+), Requested (\d+)\. Please try again in ([\d.hms]+)\./.exec(error.message);
  if (found === null) throw new Error(`the text does not say how long to wait: ${error.message}`);
  const header = (name: string) => Number(error.headers.get(name));
  return {
    limit: Number(found[1]),
    used: Number(found[2]),
    requested: Number(found[3]),
    waitMs: parseDuration(found[4] ?? "") ?? Number.NaN,
    retryAfter: header("retry-after"),
    limitHeader: header("x-ratelimit-limit-tokens"),
    remainingHeader: header("x-ratelimit-remaining-tokens"),
  };
}

describe("a counted limit of tokens per minute", () => {
  let cwd: string;
  let stop: () => Promise<ReturnType<typeof eventsOf>>;
  /** One call that is charged these tokens; the refusal, or undefined when it was served. */
  let call: (tokens: number) => Promise<RateLimitError | undefined>;

  /** The bucket is all but empty, yet on a slow machine it may have refilled: then it is emptied further. */
  async function callUntilRefused(tokens: number): Promise<{ refusal: RateLimitError; served: number }> {
    for (let served = 0; served < 20; served++) {
      const refusal = await call(tokens);
      if (refusal !== undefined) return { refusal, served };
    }
    throw new Error("the wall was never met");
  }

  beforeEach(async () => {
    cwd = freshFolder();
    writeFileSync(join(cwd, "wall.yaml"), SCENARIO);
    writeFileSync(join(cwd, "stub.yaml"), QUICK_STUB);
    const proxy = await startProxyCli(["wall.yaml", "--upstream", "stub:stub.yaml"], { cwd });
    await proxy.says(/^limit .*: tpm 12,000$/m);
    const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: "sk-sample-key-0001", maxRetries: 0 });
    call = async (tokens) => {
      const request = { model: MODEL, messages: [{ role: "user" as const, content: "Hi" }] };
      try {
        await client.chat.completions.create({ ...request, max_completion_tokens: tokens });
        return undefined;
      } catch (error) {
        if (error instanceof RateLimitError) return error;
        throw error;
      }
    };
    stop = async () => {
      proxy.signal("SIGTERM");
      expect(await proxy.exited, proxy.stderr()).toBe(0);
      return eventsOf(runFolderIn(cwd));
    };
    expect(await call(100)).toBeUndefined();
    await sleep(600);
    // Nearly everything at once: from here on the refill decides.
    expect(await call(LIMIT - 100)).toBeUndefined();
  });

  it("refuses one caller with numbers that agree, and serves him when he waited as told", async () => {
    const { refusal, served } = await callUntilRefused(500);
    const told = read(refusal);
    expect(told).toMatchObject({ limit: LIMIT, requested: 500, limitHeader: LIMIT });
    expect(told.remainingHeader).toBe(LIMIT - told.used);
    const formulaMs = ((told.used + told.requested - told.limit) / told.limit) * 60_000;
    expect(Math.abs(told.waitMs - formulaMs)).toBeLessThanOrEqual(1);
    expect(told.waitMs).toBeGreaterThan(0);
    expect(told.retryAfter).toBe(Math.max(1, Math.ceil(told.waitMs / 1_000)));
    expect(refusal).toMatchObject({ status: 429, code: "rate_limit_exceeded", type: "tokens" });

    await sleep(told.waitMs + 1);
    expect(await call(500)).toBeUndefined();

    // A wait of less than a second is still announced as one.
    const next = await callUntilRefused(200);
    const nextTold = read(next.refusal);
    expect(nextTold.waitMs).toBeLessThanOrEqual(1_000);
    expect(nextTold.retryAfter).toBe(1);

    const events = await stop();
    const refused = events.filter((event) => event.type === "call_refused");
    expect(refused).toHaveLength(2);
    for (const event of refused)
      expect(event).toMatchObject({ origin: "counted", dimension: "tpm", status: 429, synthetic: false });
    expect(refused[0]).toMatchObject({ limit: told.limit, used: told.used, requested: told.requested });
    expect(events.filter((event) => event.type === "call_admitted")).toHaveLength(2 + served + 1 + next.served);
  });

  it("lets obedient callers compete for the refill: some are served, some give up, nobody hangs", async () => {
    const CALLERS = 6;
    const CHARGE = 300;
    const ATTEMPTS = 3;
    let refusals = 0;
    const startedMs = performance.now();
    const obedient = async (): Promise<"served" | "gave up"> => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const refusal = await call(CHARGE);
        if (refusal === undefined) return "served";
        refusals++;
        if (attempt < ATTEMPTS) await sleep(read(refusal).waitMs + 1);
      }
      return "gave up";
    };
    const results = await Promise.all(Array.from({ length: CALLERS }, obedient));
    const tookSeconds = (performance.now() - startedMs) / 1_000;

    const served = results.filter((result) => result === "served").length;
    const gaveUp = results.filter((result) => result === "gave up").length;
    expect(served + gaveUp).toBe(CALLERS);
    // Each refusal tells everybody the time at which one call fits; the others find the room taken.
    expect(served).toBeGreaterThanOrEqual(1);
    expect(gaveUp).toBeGreaterThanOrEqual(1);
    // Never more than the room that was left and what flowed in meanwhile.
    expect(served * CHARGE).toBeLessThanOrEqual(100 + (tookSeconds + 0.5) * REFILL_PER_SECOND);

    const events = await stop();
    expect(events.filter((event) => event.type === "call_refused")).toHaveLength(refusals);
    expect(events.filter((event) => event.type === "call_admitted")).toHaveLength(2 + served);
    expect(events.filter((event) => event.type === "reply_ended")).toHaveLength(2 + served + refusals);
  });
});
