import { closeSync, openSync, readSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { ChaosEvent } from "../../core/event.ts";
import { judge } from "../../expectations/index.ts";
import { foldHistory } from "../../history/index.ts";
import type { JudgeAnswer, JudgeSettings } from "./judge-protocol.ts";
import { judgedRows } from "./judged.ts";

/** Started on its own as a worker thread: folding and judging a long log takes longer than any call may wait. */
const { eventsPath } = workerData as JudgeSettings;

/** Some hundred megabytes. The report judges longer logs; nobody waits for that one. */
const MOST_EVENTS = 150_000;
const CHUNK_BYTES = 1_024 * 1_024;

// The calls come first. Only Linux takes this for the calling thread; elsewhere it would slow the whole program.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

const events: ChaosEvent[] = [];
let offset = 0;

/** Takes in the whole lines that came since the last time. */
function readOn(): void {
  const file = openSync(eventsPath, "r");
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const size = readSync(file, chunk, 0, CHUNK_BYTES, offset);
      const end = chunk.subarray(0, size).lastIndexOf(10) + 1;
      if (end === 0 || events.length > MOST_EVENTS) return;
      for (const line of chunk.toString("utf8", 0, end - 1).split("\n")) events.push(JSON.parse(line));
      offset += end;
    }
  } finally {
    closeSync(file);
  }
}

function answer(): JudgeAnswer {
  const startedAtMs = performance.now();
  readOn();
  if (events.length > MOST_EVENTS) return { trouble: "too long to judge on the way; the report will" };
  const history = foldHistory(events);
  const judged = judgedRows(judge(history), (seq) => events[seq - (events[0]?.seq ?? 1)]);
  return { judged, atMs: history.lastMs, tookMs: performance.now() - startedAtMs };
}

parentPort?.on("message", () => {
  let said: JudgeAnswer;
  try {
    said = answer();
  } catch (error) {
    said = { trouble: `cannot be judged on the way: ${error instanceof Error ? error.message : error}` };
  }
  parentPort?.postMessage(said);
});
