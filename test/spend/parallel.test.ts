import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { type BudgetCaps, SPEND_UNITS, type SpendUnit } from "../../src/core/spend.ts";
import { chatFrames, eventually, startTestProxy, startUpstream } from "../support/proxy.ts";
import { spendMeter, TEST_PRICE } from "../support/spend.ts";

const CALLS = 200;
const MAX_TOKENS = 100;
/** Hexadecimal digits: twice as many tokens as characters let expect. */
const PROMPT = "9f86d081884c7d65".repeat(25);
const PROMPT_TOKENS = PROMPT.length / 2;

/** What becomes of the n-th call. Its whole answer is always generated, and paid for. */
const KINDS = ["usage", "no usage", "client leaves", "server cuts", "unstreamed"] as const;
const kindOf = (n: number) => KINDS[n % KINDS.length] ?? "usage";

type Truth = Record<SpendUnit, number>;

/** A provider over a socket that counts what it is owed, whether it tells or not. */
async function startProvider() {
  const owed: Truth = { usd: 0, tokens: 0, requests: 0 };
  const usage = { prompt_tokens: PROMPT_TOKENS, completion_tokens: MAX_TOKENS };
  const server = await startUpstream((_request, response, body) => {
    const { user } = JSON.parse(body.toString()) as { user: string };
    owed.requests++;
    owed.tokens += PROMPT_TOKENS + MAX_TOKENS;
    owed.usd += (PROMPT_TOKENS * TEST_PRICE.input + MAX_TOKENS * TEST_PRICE.output) / 1_000_000;
    // Not at once, so that many are open together.
    setTimeout(() => reply(response, user), 25);
  });
  const reply = (response: ServerResponse, user: string) => {
    if (user === "unstreamed") {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ choices: [{ message: { content: "a" }, finish_reason: "stop" }], usage }));
      return;
    }
    response.setHeader("content-type", "text/event-stream");
    if (user === "usage") response.end(chatFrames(["a"], usage).join(""));
    else if (user === "no usage") response.end(chatFrames(["a"]).join(""));
    else {
      response.write(chatFrames(["a"])[1]);
      if (user === "server cuts") setTimeout(() => response.destroy(), 5);
    }
  };
  return { url: server.url, owed };
}

async function callOnce(url: string, n: number): Promise<number> {
  const kind = kindOf(n);
  const leave = new AbortController();
  const body = {
    model: "m",
    stream: kind !== "unstreamed",
    max_tokens: MAX_TOKENS,
    user: kind,
    messages: [{ role: "user", content: PROMPT }],
  };
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: leave.signal,
  });
  try {
    if (response.status === 200 && kind === "client leaves") {
      await response.body?.getReader().read();
      leave.abort();
    } else await response.text();
  } catch {
    // Cut by the server, or left by us.
  }
  return response.status;
}

const ONE = { requests: 1, tokens: PROMPT_TOKENS + MAX_TOKENS, usd: (PROMPT_TOKENS + 3 * MAX_TOKENS) / 1_000_000 };
/** Enough for 60 calls, and not for a part of the next. */
const cap = (unit: SpendUnit) => 60.5 * ONE[unit];
const whole = (unit: SpendUnit) => (unit === "requests" ? 60 : cap(unit));

const CASES: [string, Partial<BudgetCaps>, readonly SpendUnit[]][] = [
  ...SPEND_UNITS.map((unit) => [unit, { run: { [unit]: whole(unit) } }, [unit]] as (typeof CASES)[number]),
  ["usd per minute", { perMinute: { usd: cap("usd") } }, ["usd"]],
  [
    "all of them together",
    { run: { usd: cap("usd"), requests: 60 }, perMinute: { tokens: cap("tokens") } },
    SPEND_UNITS,
  ],
];

test.each(
  CASES,
)(`${CALLS} calls at once, some left, some cut, some without usage, never cost more than a cap of %s`, async (_name, caps, units) => {
  const provider = await startProvider();
  const { meter, guard } = spendMeter(caps);
  const proxy = await startTestProxy({ upstream: provider.url, kind: "live", meter });

  const statuses = await Promise.all(Array.from({ length: CALLS }, (_, n) => callOnce(proxy.url, n)));
  await eventually(() => proxy.of("reply_ended").length === CALLS, "all calls over");
  // What the first ones gave back may be spent, and no more.
  for (let n = 0; n < 40; n++) statuses.push(await callOnce(proxy.url, n));
  await eventually(() => proxy.of("reply_ended").length === CALLS + 40, "all calls over");

  for (const unit of units) expect(provider.owed[unit]).toBeLessThanOrEqual(whole(unit) * (1 + 1e-9));
  const served = statuses.filter((status) => status === 200).length;
  const refused = statuses.filter((status) => status === 403).length;
  expect(served + refused).toBe(CALLS + 40);
  expect(provider.owed.requests).toBe(served);
  expect(proxy.of("call_refused").filter(({ origin }) => origin === "budget")).toHaveLength(refused);
  // It is no use to refuse everything.
  expect(served).toBeGreaterThanOrEqual(units.includes("requests") && units.length === 1 ? 60 : 30);
  const { used, inFlight, overrun, refused: counted } = guard.state();
  expect(counted).toBe(refused);
  expect(used.requests).toBe(served);
  for (const unit of SPEND_UNITS) {
    expect(used[unit]).toBeGreaterThanOrEqual(provider.owed[unit] * (1 - 1e-9));
    expect(inFlight[unit]).toBeCloseTo(0, 6);
    expect(overrun[unit]).toBe(0);
  }
});
