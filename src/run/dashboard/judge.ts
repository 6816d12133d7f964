import { Worker } from "node:worker_threads";
import type { Clock } from "../../core/clock.ts";
import { siblingModule } from "../../core/sibling.ts";
import type { JudgeAnswer, JudgeRequest, JudgeSettings } from "./judge-protocol.ts";

const STEP_MS = 2_000;
/** Of the time: a machine with few cores must not spend one of them on this. */
const MOST_SHARE = 0.1;

/** Judges a run while it goes on, in a thread that starts when it is first asked and reads the log from its file. */
export interface ProvisionalJudge {
  /** Asks for a judgement, unless one is under way or was made a moment ago. */
  ask(): void;
  close(): Promise<void>;
}

export interface ProvisionalJudgeOptions {
  eventsPath: string;
  clock: Clock;
  onAnswer(answer: JudgeAnswer): void;
}

export function createProvisionalJudge({ eventsPath, clock, onAnswer }: ProvisionalJudgeOptions): ProvisionalJudge {
  let thread: Worker | undefined;
  let state: "idle" | "asked" | "over" = "idle";
  let notBeforeMs = 0;

  const start = (): Worker => {
    const settings: JudgeSettings = { eventsPath };
    const worker = new Worker(siblingModule(import.meta.url, "judge-thread"), {
      workerData: settings,
      name: "provisional-judge",
    });
    worker.on("message", (answer: JudgeAnswer) => {
      state = "trouble" in answer ? "over" : "idle";
      const restMs = "trouble" in answer ? 0 : answer.tookMs / MOST_SHARE;
      notBeforeMs = clock.nowMs() + Math.max(STEP_MS, restMs);
      onAnswer(answer);
    });
    worker.on("error", (error: Error) => {
      state = "over";
      onAnswer({ trouble: `cannot be judged on the way: ${error.message}` });
    });
    worker.unref();
    return worker;
  };

  return {
    ask() {
      if (state !== "idle" || clock.nowMs() < notBeforeMs) return;
      state = "asked";
      thread ??= start();
      const request: JudgeRequest = { judge: true };
      thread.postMessage(request);
    },
    async close() {
      state = "over";
      await thread?.terminate();
    },
  };
}
