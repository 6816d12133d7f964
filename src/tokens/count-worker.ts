import { parentPort, workerData } from "node:worker_threads";
import { Tiktoken } from "js-tiktoken/lite";
import { cut } from "./cut.ts";
import { encodings } from "./encodings.ts";
import type { CountRequest, WorkerMessage, WorkerSettings } from "./protocol.ts";

/** Started on its own as a worker thread: loading the ranks takes about a second, and some texts take many. */
const { encoding } = workerData as WorkerSettings;
const ranks = await encodings[encoding]();
const tokenizer = new Tiktoken(ranks.default);

const say = (message: WorkerMessage) => parentPort?.postMessage(message);

function count(text: string, untilMs: number): number | undefined {
  let tokens = 0;
  for (const piece of cut(text)) {
    if (Date.now() > untilMs) return undefined;
    // Two empty lists: text that looks like a special token is ordinary text, where the default throws.
    tokens += tokenizer.encode(piece, [], []).length;
  }
  return tokens;
}

parentPort?.on("message", ({ id, text, untilMs }: CountRequest) => say({ id, tokens: count(text, untilMs) }));
say({ ready: true });
