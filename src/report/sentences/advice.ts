import type { Report } from "../../core/report.ts";
import { concurrencyInWords } from "./wall.ts";
import { capital, dayOf, EXPIRES_DAYS, listed } from "./words.ts";

/** What a broken rule asks of the app, by the rule's name. A rule without a line here gives no advice. */
const ASKS: Readonly<Record<string, string>> = {
  retry_after_honoured: "wait as long as the refusal announces before repeating a call",
  pauses_others: "let new calls on the same key wait too while a wait is announced",
  no_herd: "add jitter to every wait, also to an announced one",
  no_zombies: "abort the call to the provider when nobody waits for its answer any more",
  ttft: "find out where the time before the first token goes, and show the user something before it",
  spend: "send less: shorter prompts, fewer retries, a smaller model where it does",
  backoff: "let each wait before a retry be about twice the one before, with jitter",
  attempts_per_call: "bound the attempts per call over all layers together",
  retry_budget: "stop retrying when more than a small share of the traffic is retries",
  no_wrong_retries: "never repeat a refusal that repeating cannot cure",
  retry_amplification: "bound the retries, and let one layer alone do them",
  max_in_flight: "bound the calls at once to the provider",
  slows_before_wall: "slow down as what remains of a limit runs out, before the provider refuses",
  degrades_by: "shed, queue or fall back instead of failing",
  sheds: "refuse early, in the app's own words, what cannot be served now",
  queues: "let calls wait their turn, in a queue with a bound",
  falls_back: "send calls to the fallback when the first model refuses them",
  returns_from_fallback: "try the first model again from time to time, and go back to it",
  no_hang: "give every call to the provider a deadline, also between two pieces of a stream",
  truncation_noticed: "take an answer for whole only when its finish came",
  recovers: "let retries die out, so that the load falls back when the provider is back",
  goodput: "find out what the calls waited for, or died of",
  no_leak: "answer errors in the app's own words; never pass on the provider's",
  success_rate: "find out which of the calls above users lost, and why",
};

/** One thing to do, with the rule whose proof asks for it. */
export interface Advice {
  text: string;
  /** Names of the rules; empty where no rule asks. */
  rules: readonly string[];
}

/** What to change in the app before the night it happens: one line for each broken rule. Of a run without one, what else to do. */
export function adviceFor({ expectations, profile, startedAt }: Report): Advice[] {
  const asked = new Map<string, string[]>();
  for (const { verdict, name } of expectations) {
    const ask = ASKS[name];
    if (verdict === "fail" && ask !== undefined) asked.set(ask, [...new Set([...(asked.get(ask) ?? []), name])]);
  }
  const advice = [...asked].map(([ask, rules]) => ({ text: capital(ask), rules }));
  if (profile.traits.some(({ numbers }) => numbers["restarts"] !== undefined))
    advice.push({ text: "Let one layer alone retry: two do, and their attempts multiply", rules: [] });
  if (advice.length > 0) return advice;
  const open = expectations.filter(({ verdict }) => verdict === "inconclusive").map(({ name }) => name);
  if (open.length > 0)
    return [{ text: `Play it so that this can be judged: ${listed([...new Set(open)])}`, rules: open }];
  if (expectations.length === 0) return [{ text: "Write down what is expected (expect: in the scenario)", rules: [] }];
  const until = dayOf(startedAt, EXPIRES_DAYS);
  const again = until === undefined ? "now and then" : `by ${until}`;
  return [
    {
      text: `Nothing is broken. Prove it again ${again}, and after each change of model, client library or limit`,
      rules: [],
    },
  ];
}

/** How far the load must come down, as far as this run can tell. */
export function loadAdvice({ load }: Report): string[] {
  const good = [load.shedsAt, load.breaksAt].map((knee) => knee?.after ?? undefined).filter((at) => at !== undefined);
  if (good.length > 0) return [`bring the load down to ${Math.min(...good)} calls at once (measured)`];
  if (load.computedWall === null) return [];
  if (load.computedWall.concurrency < 1)
    return ["leave pauses between calls: one caller without any is too many (computed)"];
  return [`bring the load under ${concurrencyInWords(load.computedWall.concurrency)} calls at once (computed)`];
}
