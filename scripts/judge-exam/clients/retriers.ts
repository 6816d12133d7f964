import { type Ask, isWhole, SMALL_MODEL } from "../ask.ts";
import { type Call, type Client, failed, type Reply, served, shed } from "../client.ts";
import { backoffMs, careful, mayRetry, pause, retrying, retryThenSmall } from "../reactions.ts";

const fourTimes = (pauseMs: (next: number) => number) => (call: Call) =>
  retryThenSmall(call, { attempts: 4, pauseMs: (_, next) => pauseMs(next) });

/** Its own words for what went wrong, or the answer. */
async function inOwnWords(call: Call, ask: Ask): Promise<Reply> {
  const told = await call.ask(ask);
  return isWhole(told) ? served(told) : { status: 502, text: "This question cannot be answered now." };
}

/** What they retry, and when. */
export const retriers: readonly Client[] = [
  {
    name: "fails-outright",
    does: "asks once, and passes on that it failed",
    async answer(call) {
      const told = await call.ask();
      return isWhole(told) ? served(told) : failed();
    },
    sits: { shut: { degrades_by: "fail" }, brownout: { success_rate: "fail" } },
  },
  {
    name: "backs-off",
    does: "waits 150 ms, doubling, half of it by chance",
    answer: fourTimes((next) => backoffMs(next - 1)),
    sits: { "down-for-many": {}, down: {} },
  },
  {
    name: "fixed-pause",
    does: "waits about 200 ms before every try",
    answer: fourTimes(() => 150 + Math.random() * 100),
    sits: { down: { backoff: "fail" } },
  },
  {
    name: "doubles-in-lockstep",
    does: "waits 100 ms, doubling, to the millisecond",
    answer: fourTimes((next) => 50 * 2 ** (next - 1)),
    sits: { down: { backoff: "fail" } },
  },
  {
    name: "ever-faster",
    does: "waits 400 ms, then ever less",
    answer: fourTimes((next) => (800 / 2 ** (next - 1)) * (0.75 + Math.random() / 2)),
    sits: { down: { backoff: "fail" } },
  },
  {
    name: "eight-tries",
    does: "backs off well, but does not know when to stop",
    answer: (call) =>
      retryThenSmall(call, { attempts: 8, pauseMs: (_, next) => 10 * 2 ** (next - 1) * (0.5 + Math.random()) }),
    sits: { down: { attempts_per_call: "fail" } },
  },
  {
    name: "retries-refused-streams",
    does: "repeats a 400 when it asked for a stream, and only then",
    async answer(call) {
      const stream = call.n % 2 === 0;
      const told = await retrying(call, { ask: { stream }, mayRetry: () => stream, pauseMs: () => 50 });
      return isWhole(told) ? served(told) : failed();
    },
    sits: { refused: { no_wrong_retries: "fail" } },
  },
  {
    name: "repairs-its-prompt",
    does: "shortens a prompt that was too long, and asks again",
    async answer(call) {
      const told = await call.ask();
      if (isWhole(told)) return served(told);
      const shorter = await call.ask({ message: call.message.slice(0, -5) });
      return isWhole(shorter) ? served(shorter) : failed();
    },
    sits: { refused: {} },
  },
  {
    name: "shows-the-providers-words",
    does: "passes the provider's error on to its user",
    async answer(call) {
      const told = await call.ask();
      return isWhole(told) ? served(told) : { status: 502, text: told.errorText };
    },
    sits: { refused: { no_leak: "fail" } },
  },
  {
    name: "has-words-of-its-own",
    does: "tells its user in its own words that it cannot answer",
    answer: (call) => inOwnWords(call, {}),
    sits: { refused: {}, spent: {} },
  },
  {
    name: "takes-quota-for-a-storm",
    does: "treats every 429 alike",
    async answer(call) {
      const told = await retrying(call, { mayRetry: ({ status }) => status === 429, pauseMs: () => 100, attempts: 3 });
      return isWhole(told) ? served(told) : failed();
    },
    sits: { spent: { no_wrong_retries: "fail" } },
  },
  {
    name: "asks-twice",
    does: "sends every call again after its answer, with the same idempotency key",
    async answer(call) {
      const headers = { "idempotency-key": `case-${call.n}` };
      const told = await call.ask({ headers });
      await call.ask({ headers });
      return isWhole(told) ? served(told) : failed();
    },
    sits: { answered: { no_wrong_retries: "fail", retry_budget: "fail" } },
  },
  {
    name: "stays-with-the-small-model",
    does: "takes the small model after the first refusal, and never comes back",
    async answer(call) {
      const { notes } = call.memory;
      const told = await call.ask({ model: notes.has("fallen") ? SMALL_MODEL : undefined });
      if (isWhole(told)) return served(told);
      notes.set("fallen", 1);
      const small = await call.ask({ model: SMALL_MODEL });
      return isWhole(small) ? served(small) : shed();
    },
    sits: { "shut-for-a-while": { returns_from_fallback: "fail" } },
  },
  {
    name: "breaker-that-stays-open",
    does: "after five failures in a row it refuses everybody, for good",
    async answer(call) {
      const { memory } = call;
      if (memory.failedInARow >= 5) return shed();
      const reply = await careful(call);
      memory.failedInARow = reply.status === 200 ? 0 : memory.failedInARow + 1;
      return reply;
    },
    sits: { outage: { recovers: "fail" } },
  },
  {
    name: "breaker-that-closes",
    does: "after five failures in a row it refuses everybody for 400 ms",
    async answer(call) {
      const { memory } = call;
      if (performance.now() < memory.closedUntil) return shed();
      const told = await call.ask();
      if (isWhole(told)) {
        memory.failedInARow = 0;
        return served(told);
      }
      if (mayRetry(told) && ++memory.failedInARow >= 5) memory.closedUntil = performance.now() + 400;
      await pause(10, call);
      return shed();
    },
    sits: { outage: {}, "shut-for-all": {} },
  },
  {
    name: "wakes-on-the-half-second",
    does: "waits until the clock shows a full half second, and so do all others",
    answer: (call) => retryThenSmall(call, { attempts: 4, pauseMs: () => 500 - (performance.now() % 500) }),
    sits: { "down-for-many": { no_herd: "fail" } },
  },
  {
    name: "keyed-retries",
    does: "careful, with an idempotency key and a retry count as client libraries send them, and without a trace",
    async answer(call) {
      const headers = { "idempotency-key": `call-${call.n}` };
      const first = await call.ask({ headers: { ...headers, "x-stainless-retry-count": "0" } });
      if (isWhole(first)) return served(first);
      await pause((first.announcedMs ?? 200) + 15, call);
      const second = await call.ask({ headers: { ...headers, "x-stainless-retry-count": "1" } });
      if (isWhole(second)) return served(second);
      const small = await call.ask({ model: SMALL_MODEL });
      return isWhole(small) ? served(small) : shed();
    },
    sits: { shut: {} },
  },
];
