import { isWhole, SMALL_MODEL, type Told } from "../ask.ts";
import { type Client, failed, type Reply, served } from "../client.ts";
import { careful, retrying } from "../reactions.ts";

const tools = { tools: true };
const passOn = (told: Told): Reply => (told.status === 200 ? served(told) : failed());
const owningUp = (told: Told): Reply => ({ ...passOn(told), truncated: !isWhole(told) });

/** How they treat a stream that ends too early, or not at all. */
export const streamers: readonly Client[] = [
  {
    name: "reads-to-the-finish",
    does: "takes an answer without its finish for none, and asks again",
    answer: (call) => careful(call),
    sits: { halved: {}, cut: {}, stalled: { no_hang: "fail" } },
  },
  {
    name: "passes-halves-on",
    does: "takes what came for the answer",
    answer: async (call) => passOn(await call.ask()),
    sits: { halved: { truncation_noticed: "fail" } },
  },
  {
    name: "passes-cuts-on",
    does: "takes what came before the connection broke for the answer",
    answer: async (call) => passOn(await call.ask()),
    sits: { cut: { truncation_noticed: "fail" } },
  },
  {
    name: "owns-up-under-a-200",
    does: "passes on what came, and says that it is not whole",
    answer: async (call) => owningUp(await call.ask()),
    sits: { halved: {}, cut: {} },
  },
  {
    name: "watches-texts-only",
    does: "reads texts to their finish, but runs any tool call it gets",
    async answer(call) {
      const told = await retrying(call, { ask: tools, isGood: (one) => isWhole(one) || one.tool !== "" });
      return passOn(told);
    },
    sits: { "halved-tools": { truncation_noticed: "fail" } },
  },
  {
    name: "checks-its-tool-calls",
    does: "reads tool calls to their finish, too",
    answer: (call) => careful(call, tools),
    sits: { "halved-tools": {} },
  },
  {
    name: "goes-on-where-it-broke",
    does: "asks the model to go on after a half answer, and puts both together",
    async answer(call) {
      const half = await call.ask();
      if (isWhole(half)) return served(half);
      const rest = await call.ask({ goOn: half.text });
      return isWhole(rest) ? served({ ...rest, text: half.text + rest.text }) : failed();
    },
    sits: { halved: {} },
  },
  {
    name: "goes-on-in-new-words",
    does: "asks for the rest of a half answer as if it were a new question, and puts both together",
    async answer(call) {
      const half = await call.ask();
      if (isWhole(half)) return served(half);
      const rest = await call.ask({ message: `${call.message} Go on after: ${half.text}` });
      return isWhole(rest) ? served({ ...rest, text: half.text + rest.text }) : failed();
    },
    // An agent that takes a half answer for its next step looks the same from outside.
    sits: { halved: { truncation_noticed: "inconclusive" } },
  },
  {
    name: "unstreamed-second-try",
    does: "asks again without a stream when one broke",
    async answer(call) {
      const told = await call.ask();
      if (isWhole(told)) return served(told);
      const again = await call.ask({ stream: false });
      return isWhole(again) ? served(again) : failed();
    },
    sits: { halved: {}, cut: {} },
  },
  {
    name: "waits-for-ever",
    does: "has no patience to lose",
    answer: async (call) => passOn(await call.ask()),
    sits: { stalled: { no_hang: "fail" } },
  },
  {
    name: "loses-patience",
    does: "gives a silent stream 500 ms, then takes the small model",
    async answer(call) {
      const told = await call.ask({ patienceMs: 500 });
      if (isWhole(told)) return served(told);
      const small = await call.ask({ model: SMALL_MODEL, patienceMs: 500 });
      return isWhole(small) ? served(small) : failed();
    },
    sits: { "stalled-in-vain": {}, "slow-to-speak": {}, stalled: {} },
  },
  {
    name: "leaves-work-running",
    does: "gives a silent stream 500 ms, then takes the small model, and does not call off the first",
    async answer(call) {
      const told = await call.ask({ patienceMs: 500, leaveRunning: true });
      if (isWhole(told)) return served(told);
      const small = await call.ask({ model: SMALL_MODEL });
      return isWhole(small) ? served(small) : failed();
    },
    sits: { stalled: {}, "stalled-in-vain": { no_zombies: "fail" } },
  },
];
