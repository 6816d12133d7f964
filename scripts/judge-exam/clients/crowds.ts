import { isWhole, SMALL_MODEL } from "../ask.ts";
import { type Call, type Client, failed, type Reply, served, shed } from "../client.ts";
import { careful, pause, retrying, SAFE_MS } from "../reactions.ts";

/** Lets so many calls in at once; those beyond are turned away. */
const atMost = (cap: number) =>
  async function capped(call: Call): Promise<Reply> {
    const { memory } = call;
    if (memory.inFlight >= cap) return shed();
    memory.inFlight++;
    try {
      return await careful(call);
    } finally {
      memory.inFlight--;
    }
  };

/** Lets so many calls in at once; those beyond wait their turn. */
const queueing = (cap: number) =>
  async function queued(call: Call): Promise<Reply> {
    const { memory } = call;
    if (memory.inFlight >= cap) await new Promise<void>((go) => memory.waiting.push(go));
    else memory.inFlight++;
    try {
      return await careful(call);
    } finally {
      const next = memory.waiting.shift();
      if (next === undefined) memory.inFlight--;
      else next();
    }
  };

/** Requests per minute of the question with a counted limit. */
const LIMIT = 480;

/** How many calls they make at once, for one user, and how fast. */
export const crowds: readonly Client[] = [
  {
    name: "lets-twenty-in",
    does: "turns away what is more than twenty calls at once",
    answer: atMost(20),
    sits: { "crowd-in-line": { queues: "fail" }, crowd: {} },
  },
  {
    name: "lets-twenty-one-in",
    does: "turns away what is more than twenty-one calls at once",
    answer: atMost(21),
    sits: { crowd: { max_in_flight: "fail" } },
  },
  {
    name: "lets-everyone-in",
    does: "has no bound",
    answer: (call) => careful(call),
    sits: {
      // A provider that is merely slow serves all of them without a queue: nobody was worse off.
      "crowd-in-line": { queues: "inconclusive", max_in_flight: "fail" },
      crowd: { max_in_flight: "fail" },
    },
  },
  {
    name: "makes-them-queue",
    does: "lets fifteen calls in at once; the others wait their turn",
    answer: queueing(15),
    sits: { "crowd-in-line": {}, crowd: {} },
  },
  {
    name: "agent-of-five-steps",
    does: "makes five honest calls for one user, each careful",
    async answer(call) {
      for (let step = 1; step <= 5; step++) {
        const reply = await careful(call, { message: `${call.message} Step ${step} of 5.` });
        if (reply.status !== 200) return failed();
        if (step === 5) return reply;
      }
      return failed();
    },
    sits: { calm: {} },
  },
  {
    name: "fan-out-of-twenty",
    does: "asks twenty things at once for one user, none of them twice",
    async answer(call) {
      const parts = await Promise.all(
        Array.from({ length: 20 }, (_, part) => careful(call, { message: `${call.message} Part ${part} of 20.` })),
      );
      const [first] = parts;
      return first !== undefined && parts.every(({ status }) => status === 200) ? first : failed();
    },
    sits: { calm: {} },
  },
  {
    name: "search-then-answer",
    does: "embeds the question, then answers it",
    async answer(call) {
      const found = await retrying(call, { ask: { kind: "embedding" } });
      return isWhole(found) ? careful(call) : shed();
    },
    sits: { shut: {}, calm: {} },
  },
  {
    name: "shuts-its-own-door",
    does: "after a refusal it sends nobody to the first model before the announced time",
    async answer(call) {
      const { memory } = call;
      if (performance.now() >= memory.closedUntil) {
        const told = await call.ask();
        if (isWhole(told)) return served(told);
        memory.closedUntil = performance.now() + (told.announcedMs ?? 200) + SAFE_MS;
      }
      const small = await call.ask({ model: SMALL_MODEL });
      return isWhole(small) ? served(small) : shed();
    },
    sits: { shut: {}, "shut-to-others": {}, "shut-but-busy": {} },
  },
  {
    name: "paces-itself",
    does: "asks ever more slowly as the provider's count of what is left falls",
    async answer(call) {
      const { notes } = call.memory;
      const left = notes.get("left") ?? LIMIT;
      // From half of the limit on, up to 400 ms for each caller.
      await pause(Math.max(0, 400 * (1 - left / (LIMIT / 2))), call);
      const told = await call.ask();
      if (told.remaining !== undefined) notes.set("left", told.remaining);
      return isWhole(told) ? served(told) : shed();
    },
    sits: { counted: {} },
  },
  {
    name: "says-it-all-again",
    does: "sends the whole handbook along with every question",
    answer: (call) => careful(call, { message: `${"The handbook says this and that. ".repeat(300)}${call.message}` }),
    sits: { billed: { spend: "fail" } },
  },
];
