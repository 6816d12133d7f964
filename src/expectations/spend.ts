import { z } from "zod";
import type { Evidence, Expectation, Judgement } from "../core/expectation.ts";
import type { Attempt, History } from "../core/history.ts";
import { count, money } from "../core/schema.ts";
import { formatCount, formatUsd } from "../core/units.ts";
import { fail, inconclusive, pass, unseen } from "./shared/judgements.ts";
import { counted } from "./shared/words.ts";

const params = z
  .strictObject({
    usd: money()
      .optional()
      .meta({ description: "The most that all calls may cost: $0.50", examples: ["$0.50"] }),
    tokens: count().optional().meta({ description: "The most input and output tokens of all calls: 200_000" }),
  })
  .refine(({ usd, tokens }) => usd !== undefined || tokens !== undefined, "give usd, tokens or both: { usd: $0.50 }");
type Params = z.output<typeof params>;

interface Spent {
  usd: number;
  tokens: number;
  estimated: number;
  /** Spent on stub and replay: what it would have cost. */
  savedUsd: number;
  /** No price is known, or no settlement was logged. */
  unpriced: readonly Attempt[];
  settled: readonly Attempt[];
}

/**
 * Counts what the app asked for, whoever answered: a call to the stub or the replay counts with what it would have cost, so
 * that a run that is free tells what the real one costs. A call without a known price is unknown, never free.
 */
export const spend = {
  name: "spend",
  summary: "All calls together cost no more than allowed, in dollars or tokens; stub and replay at the live price.",
  needsFrontDoor: false,
  params,
  explain: (given) => `all calls cost ≤ ${boundsOf(given).join(" and ")}`,
  check(given, history) {
    if (history.attempts.length === 0) return unseen("no calls were seen");
    const spent = spentIn(history);
    if (spent.settled.length + spent.unpriced.length === 0) return unseen("no call was answered, so nothing was spent");
    return judge(given, spent);
  },
} satisfies Expectation<Params>;

function boundsOf({ usd, tokens }: Params): string[] {
  return [
    ...(usd === undefined ? [] : [formatUsd(usd)]),
    ...(tokens === undefined ? [] : [`${formatCount(tokens)} tokens`]),
  ];
}

function spentIn({ attempts }: History): Spent {
  const spent = { usd: 0, tokens: 0, estimated: 0, savedUsd: 0, unpriced: [] as Attempt[], settled: [] as Attempt[] };
  for (const attempt of attempts) {
    const { cost } = attempt;
    if (cost === undefined && !mayHaveCost(attempt)) continue;
    spent.tokens += tokensOf(attempt);
    if (cost === undefined ? attempt.usage === undefined : cost.estimated) spent.estimated += 1;
    if (cost?.usd === undefined) spent.unpriced.push(attempt);
    else {
      spent.settled.push(attempt);
      spent.usd += cost.usd;
      if (cost.kind !== "live") spent.savedUsd += cost.usd;
    }
  }
  return spent;
}

/** It reached an upstream that did not refuse it; how it went on does not matter to the bill. */
function mayHaveCost({ admitted, upstreamKind, upstreamStatus, refused, ended }: Attempt): boolean {
  if (refused !== undefined && refused.origin !== "provider") return false;
  if (upstreamKind === undefined && upstreamStatus === undefined && admitted === undefined) return false;
  // Without any status nothing came back: the upstream was not reached, or it was left before it began.
  const status = upstreamStatus ?? ended?.status ?? 0;
  return status > 0 && status < 400;
}

function tokensOf({ cost, usage, received, ended }: Attempt): number {
  const told = cost ?? usage;
  return told === undefined ? received.input_tokens + (ended?.tokens ?? 0) : told.input_tokens + told.output_tokens;
}

function judge(given: Params, spent: Spent): Judgement {
  const calls = spent.settled.length + spent.unpriced.length;
  const priced = spent.settled.length === 0 ? "no price known" : formatUsd(spent.usd);
  const parts = [counted(calls, "answered call")];
  if (spent.estimated > 0) parts.push(`${spent.estimated} with estimated tokens`);
  if (spent.savedUsd > 0) parts.push(`${formatUsd(spent.savedUsd)} of it only computed: answered by stub or replay`);
  if (spent.unpriced.length > 0) parts.push(`${spent.unpriced.length} without a known price`);
  const summary = `${priced}, ${formatCount(spent.tokens)} tokens (${parts.join(", ")})`;
  const dearest = [...spent.settled].sort((a, b) => (b.cost?.usd ?? 0) - (a.cost?.usd ?? 0));
  if (given.usd !== undefined && spent.usd > given.usd)
    return fail(
      summary,
      dearest.map((one) => asEvidence(one, given)),
    );
  if (given.tokens !== undefined && spent.tokens > given.tokens) {
    const largest = [...spent.settled, ...spent.unpriced].sort((a, b) => tokensOf(b) - tokensOf(a));
    return fail(
      summary,
      largest.map((one) => asEvidence(one, given)),
    );
  }
  if (given.usd === undefined || spent.unpriced.length === 0) return pass(summary);
  const models = [...new Set(spent.unpriced.map(({ received }) => received.model))].join(", ");
  return inconclusive(
    `${summary}: what ${models} costs is not known`,
    spent.unpriced.map((one) => asEvidence(one, given)),
  );
}

function asEvidence(attempt: Attempt, given: Params): Evidence {
  const { call, cost, received, ended } = attempt;
  const usd = cost?.usd === undefined ? "price unknown" : formatUsd(cost.usd);
  return {
    note: `${call} on ${received.model}`,
    events: [received.seq, (cost ?? ended ?? received).seq],
    got: `${usd}, ${formatCount(tokensOf(attempt))} tokens`,
    wanted: `all together ≤ ${boundsOf(given).join(" and ")}`,
  };
}
