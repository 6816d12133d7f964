import { closeSync, openSync, readSync } from "node:fs";
import type { ChaosEvent } from "../../core/event.ts";
import { judge } from "../../expectations/index.ts";
import { createHistoryFold } from "../../history/index.ts";
import type { JudgeAnswer } from "./judge-protocol.ts";
import { judgedRows, type Proof } from "./judged.ts";

/** The provisional judge's process, started by judge.ts with the path of a log. Each message asks for a judgement. */
const [, , eventsPath = ""] = process.argv;

/** Some hundred megabytes. The report judges longer logs; nobody waits for that one. */
const MOST_EVENTS = 600_000;
const CHUNK_BYTES = 1_024 * 1_024;

/** Every event is read and folded once, however often judgements are asked for. */
const fold = createHistoryFold();
/** By an event's number. Evidence names events; people look for the call. */
const proofs: (Proof | undefined)[] = [];
let count = 0;
let offset = 0;

/** Takes in the whole lines that came since the last time. */
function readOn(): void {
  const file = openSync(eventsPath, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const size = readSync(file, chunk, 0, CHUNK_BYTES, offset);
      const end = chunk.subarray(0, size).lastIndexOf(10) + 1;
      if (end === 0 || count > MOST_EVENTS) return;
      for (const line of chunk.toString("utf8", 0, end - 1).split("\n")) take(JSON.parse(line));
      offset += end;
    }
  } finally {
    closeSync(file);
  }
}

function take(event: ChaosEvent): void {
  count++;
  fold.add(event);
  if ("call" in event) proofs[event.seq] = { call: event.call, atMs: event.t_ms };
  else if ("front" in event) proofs[event.seq] = { call: event.front, atMs: event.t_ms };
}

function answer(): JudgeAnswer {
  const startedAtMs = performance.now();
  readOn();
  if (count > MOST_EVENTS) return { trouble: "too long to judge on the way; the report will" };
  const history = fold.finish();
  const judged = judgedRows(judge(history), (seq) => proofs[seq]);
  return { judged, atMs: history.lastMs, tookMs: performance.now() - startedAtMs };
}

process.on("message", () => {
  let said: JudgeAnswer;
  try {
    said = answer();
  } catch (error) {
    said = { trouble: `cannot be judged on the way: ${error instanceof Error ? error.message : error}` };
  }
  if (process.connected) process.send?.(said);
});
// Ctrl-C is meant for the run, which then still draws its last picture; this goes when the run does.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
