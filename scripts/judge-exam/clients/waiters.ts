import { isWhole, SMALL_MODEL } from "../ask.ts";
import { type Client, failed, served, shed } from "../client.ts";
import { backoffMs, careful, pause, retrying, retryThenSmall, SAFE_MS } from "../reactions.ts";

/** How they treat an announced wait. */
export const waiters: readonly Client[] = [
  {
    name: "careful",
    does: "waits as told once, then takes the small model, then sheds",
    answer: (call) => careful(call),
    sits: {
      billed: {},
      brownout: {},
      counted: { slows_before_wall: "fail" },
      "shut-to-others": { pauses_others: "fail" },
      "shut-but-busy": { goodput: "fail" },
      "slow-to-speak": { ttft: "fail" },
      "shut-for-a-while": {},
      "shut-for-all": { sheds: "fail" },
      refused: {},
      spent: {},
      outage: {},
      shut: {},
    },
  },
  {
    name: "waits-too-little",
    does: "waits nine tenths of what was announced",
    answer: (call) => retryThenSmall(call, { pauseMs: ({ announcedMs = 100 }) => announcedMs * 0.9 - SAFE_MS }),
    sits: { shut: { retry_after_honoured: "fail" } },
  },
  {
    name: "waits-one-in-three",
    does: "honours the announced wait in every third call",
    answer: (call) =>
      retryThenSmall(call, { pauseMs: ({ announcedMs = 100 }) => (call.n % 3 === 0 ? announcedMs + SAFE_MS : 100) }),
    sits: { shut: { retry_after_honoured: "fail" } },
  },
  {
    name: "never-reads-the-header",
    does: "backs off by itself, whatever is announced",
    answer: (call) => retryThenSmall(call, { pauseMs: (_, next) => backoffMs(next - 1) }),
    sits: { shut: { retry_after_honoured: "fail" } },
  },
  {
    name: "caps-its-waits",
    does: "waits as told, but never longer than 600 ms",
    answer: (call) =>
      retryThenSmall(call, { pauseMs: ({ announcedMs = 100 }) => Math.min(600, announcedMs + SAFE_MS) }),
    sits: { shut: { retry_after_honoured: "fail" } },
  },
  {
    name: "oversleeps",
    does: "waits twice as long as told",
    answer: (call) => retryThenSmall(call, { pauseMs: ({ announcedMs = 100 }) => announcedMs * 2 }),
    sits: { shut: {} },
  },
  {
    name: "waits-with-jitter-on-top",
    does: "waits as told and up to 200 ms longer",
    answer: (call) =>
      retryThenSmall(call, { pauseMs: ({ announcedMs = 100 }) => announcedMs + SAFE_MS + Math.random() * 200 }),
    sits: { shut: {} },
  },
  {
    name: "sheds-at-once",
    does: "never retries: the first refusal is passed on as its own",
    async answer(call) {
      const told = await call.ask();
      return isWhole(told) ? served(told) : shed();
    },
    sits: {
      "shut-for-all": {},
      "shut-for-a-while": { falls_back: "fail", returns_from_fallback: "inconclusive" },
      outage: {},
      shut: {},
    },
  },
  {
    name: "knocks-five-times",
    does: "tries five times, 20 ms apart",
    answer: (call) => retryThenSmall(call, { attempts: 5, pauseMs: () => 20 }),
    sits: { shut: { retry_after_honoured: "fail", retry_amplification: "fail" } },
  },
  {
    name: "two-layers",
    does: "two tries inside of three tries, each as told: six attempts, of which no layer made more than three",
    async answer(call) {
      for (let outer = 0; outer < 3; outer++) {
        const told = await retrying(call);
        if (isWhole(told)) return served(told);
        if (told.announcedMs !== undefined) await pause(told.announcedMs + SAFE_MS, call);
      }
      return failed();
    },
    // It sits the storm out: nobody is refused and nobody gets the small model, so no path of degradation is proven.
    sits: { shut: { retry_amplification: "fail", degrades_by: "inconclusive" } },
  },
  {
    name: "says-the-same-to-everyone",
    does: "careful, with one prompt for all users",
    answer: (call) => careful(call, { message: "Say hello." }),
    sits: { shut: {} },
  },
  {
    name: "small-model-at-once",
    does: "takes the small model after the first refusal",
    async answer(call) {
      const told = await call.ask();
      if (isWhole(told)) return served(told);
      await pause(10, call);
      const small = await call.ask({ model: SMALL_MODEL });
      return isWhole(small) ? served(small) : shed();
    },
    sits: { "shut-but-busy": {}, "shut-for-a-while": {}, shut: {} },
  },
];
