import fc from "fast-check";
import { expect, test } from "vitest";
import { type BudgetCaps, SPEND_UNITS } from "../../src/core/spend.ts";
import { createBudgetGuard, NO_CAPS } from "../../src/spend/index.ts";
import { createFakeClock } from "../support/clock.ts";

const MODEL = { provider: "openai", model: "m" };
const guardOf = (caps: Partial<BudgetCaps>) => {
  const clock = createFakeClock();
  return { clock, guard: createBudgetGuard({ clock, caps: { ...NO_CAPS, ...caps } }) };
};
const reserve = (usd: number | undefined, tokens: number) => ({ usd, tokens, requests: 1 });

test("open calls count with all they may take, so that a second one waits for none of them", () => {
  const { guard } = guardOf({ run: { tokens: 100 } });
  const first = guard.admit(MODEL, reserve(0, 60));
  expect(guard.admit(MODEL, reserve(0, 60))).toMatchObject({
    refusal: { unit: "tokens", per: "run", cap: 100, used: 60, requested: 60 },
  });
  if ("held" in first) first.held.settle({ usd: 0, tokens: 10, requests: 1 });
  expect(guard.admit(MODEL, reserve(0, 60))).toHaveProperty("held");
});

test("a call that told no usage keeps all it reserved", () => {
  const { guard } = guardOf({ run: { tokens: 100 } });
  const first = guard.admit(MODEL, reserve(0, 60));
  if ("held" in first) first.held.keep({ usd: 0, tokens: 5, requests: 1 });
  expect(guard.admit(MODEL, reserve(0, 60))).toHaveProperty("refusal");
  expect(guard.state()).toMatchObject({
    used: { tokens: 60 },
    kept: { tokens: 60 },
    inFlight: { tokens: 0 },
    refused: 1,
  });
});

test("usage above the reservation is counted against the cap and told apart", () => {
  const { guard } = guardOf({ run: { tokens: 100 } });
  const first = guard.admit(MODEL, reserve(0, 60));
  expect("held" in first && first.held.settle({ usd: 0, tokens: 130, requests: 1 })).toMatchObject({ tokens: 70 });
  expect(guard.state()).toMatchObject({ used: { tokens: 130 }, overrun: { tokens: 70 } });
  expect(guard.admit(MODEL, reserve(0, 1))).toHaveProperty("refusal");
});

test("a cap per minute lets calls through again when others are older than 60 s", async () => {
  const { clock, guard } = guardOf({ perMinute: { requests: 2 } });
  guard.admit(MODEL, reserve(0, 1));
  await clock.advance(30_000);
  guard.admit(MODEL, reserve(0, 1));
  expect(guard.admit(MODEL, reserve(0, 1))).toMatchObject({ refusal: { unit: "requests", per: "minute", used: 2 } });
  await clock.advance(30_000);
  expect(guard.admit(MODEL, reserve(0, 1))).toHaveProperty("held");
  expect(guard.admit(MODEL, reserve(0, 1))).toHaveProperty("refusal");
});

test("a model without a price is refused under a budget in dollars, and only there", () => {
  const { guard } = guardOf({ perMinute: { usd: 5 } });
  const answer = guard.admit(MODEL, reserve(undefined, 1));
  expect(answer).toMatchObject({ refusal: { unit: "price", message: expect.stringContaining('prices: { "m"') } });
  guard.set({ perMinute: { usd: null, requests: 1 } });
  expect(guard.admit(MODEL, reserve(undefined, 1))).toHaveProperty("held");
});

test("caps that come later know what was spent before", () => {
  const { guard } = guardOf({});
  for (let i = 0; i < 3; i++) guard.admit(MODEL, reserve(1, 10));
  guard.set({ run: { usd: 3.5 } });
  expect(guard.admit(MODEL, reserve(1, 10))).toMatchObject({ refusal: { unit: "usd", used: 3 } });
});

/** Calls that begin and end in any order, each taking at most what it reserved. */
const story = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant("call" as const), tokens: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ do: fc.constant("end" as const), which: fc.nat(20), share: fc.constantFrom(0, 0.5, 1, undefined) }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
  ),
  { maxLength: 60 },
);

test("whatever comes, what was taken and what open calls may still take never passes a cap", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (steps) => {
      const caps = { run: { tokens: 400, usd: 4, requests: 15 }, perMinute: { tokens: 150, requests: 6 } };
      const { clock, guard } = guardOf(caps);
      const open: { settle: (share: number | undefined) => void }[] = [];
      const begun: { atMs: number; tokens: number }[] = [];
      for (const step of steps) {
        if (step.do === "wait") await clock.advance(step.ms);
        else if (step.do === "end") open.splice(step.which % Math.max(1, open.length), 1)[0]?.settle(step.share);
        else {
          const most = reserve(step.tokens / 100, step.tokens);
          const answer = guard.admit(MODEL, most);
          if (!("held" in answer)) continue;
          const mine = { atMs: clock.nowMs(), tokens: step.tokens };
          begun.push(mine);
          open.push({
            settle(share) {
              const part = (share ?? 1) * step.tokens;
              mine.tokens = part;
              const taken = { usd: part / 100, tokens: part, requests: 1 };
              if (share === undefined) answer.held.keep(taken);
              else answer.held.settle(taken);
            },
          });
        }
        const lastMinute = begun.filter(({ atMs }) => atMs > clock.nowMs() - 60_000);
        const tokens = (of: typeof begun) => of.reduce((sum, one) => sum + one.tokens, 0);
        expect(begun.length).toBeLessThanOrEqual(caps.run.requests);
        expect(tokens(begun)).toBeLessThanOrEqual(caps.run.tokens);
        expect(lastMinute.length).toBeLessThanOrEqual(caps.perMinute.requests);
        expect(tokens(lastMinute)).toBeLessThanOrEqual(caps.perMinute.tokens);
        const { used, lastMinute: minute } = guard.state();
        expect(used.tokens).toBeCloseTo(tokens(begun), 6);
        expect(minute.tokens).toBeCloseTo(tokens(lastMinute), 6);
      }
      for (const one of open) one.settle(1);
      for (const unit of SPEND_UNITS) expect(guard.state().inFlight[unit]).toBeCloseTo(0, 6);
    }),
    { numRuns: 200 },
  );
});
