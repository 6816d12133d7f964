import { Worker } from "node:worker_threads";
import { siblingModule } from "../core/sibling.ts";
import { estimateTokens } from "../core/tokens.ts";
import type { EncodingName } from "./encodings.ts";
import type { CountRequest, WorkerMessage, WorkerSettings } from "./protocol.ts";

export interface TokenCounter {
  /** Never rejects. `estimated`: counted from characters, because the exact count took too long or its thread broke. */
  count(text: string): Promise<{ tokens: number; estimated: boolean }>;
  /** Ends the thread; counts under way are answered with estimates. */
  close(): Promise<void>;
}

export interface TokenCounterOptions {
  /** Default `o200k_base`. */
  encoding?: EncodingName;
  /** Per text, from when the thread can take it. Milliseconds, default 2,000. */
  limitMs?: number;
  /** The thread's module, for tests. */
  worker?: URL;
}

/** Loading the ranks takes about a second on a free machine. */
const START_LIMIT_MS = 15_000;
/** A thread that breaks this often is not started again. */
const MOST_BREAKS = 2;

interface Waiting {
  text: string;
  settle(tokens: number | undefined): void;
}

/**
 * Exact token counts off the event loop: js-tiktoken in a worker thread that starts with the first text.
 * The thread never keeps the process alive. Time is real time here, since it bounds another thread's real work.
 */
export function createTokenCounter(options: TokenCounterOptions = {}): TokenCounter {
  const {
    encoding = "o200k_base",
    limitMs = 2_000,
    worker: module = siblingModule(import.meta.url, "count-worker"),
  } = options;
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let ready = false;
  let breaks = 0;
  let closed = false;
  let lastId = 0;

  const hand = (id: number, text: string) => {
    const request: CountRequest = { id, text, untilMs: Date.now() + limitMs };
    thread?.postMessage(request);
  };
  const onMessage = (message: WorkerMessage) => {
    if ("id" in message) return waiting.get(message.id)?.settle(message.tokens);
    ready = true;
    for (const [id, { text }] of waiting) hand(id, text);
  };
  const onBroken = () => {
    if (thread === undefined) return;
    thread = undefined;
    ready = false;
    breaks++;
    for (const { settle } of waiting.values()) settle(undefined);
  };
  const start = () => {
    const settings: WorkerSettings = { encoding };
    thread = new Worker(module, { workerData: settings, name: "token-counter" });
    thread.on("message", onMessage).on("error", onBroken).on("exit", onBroken);
    thread.unref();
  };

  return {
    count(text) {
      if (text === "") return Promise.resolve({ tokens: 0, estimated: false });
      if (closed || breaks > MOST_BREAKS) return Promise.resolve({ tokens: estimateTokens(text), estimated: true });
      if (thread === undefined) start();
      return new Promise((resolve) => {
        const id = ++lastId;
        const timer = setTimeout(() => settle(undefined), ready ? limitMs : START_LIMIT_MS + limitMs);
        const settle = (tokens: number | undefined) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve({ tokens: tokens ?? estimateTokens(text), estimated: tokens === undefined });
        };
        waiting.set(id, { text, settle });
        if (ready) hand(id, text);
      });
    },
    async close() {
      closed = true;
      const ending = thread;
      onBroken();
      await ending?.terminate();
    },
  };
}
