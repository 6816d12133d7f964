import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../core/clock.ts";
import { siblingModule } from "../../core/sibling.ts";
import type { JudgeAnswer, JudgeRequest } from "./judge-protocol.ts";

const STEP_MS = 2_000;
/** Of the time: a machine with few cores must not spend one of them on this. */
const MOST_SHARE = 0.03;

/** What a Node.js process needs to start; keys and tokens of our own environment stay here. */
const PASSED_ON = ["PATH", "SYSTEMROOT"];

/**
 * Judges a run while it goes on, in a process that starts when it is first asked and reads the log from its file. A process can be
 * of low priority as a whole; a thread's collector shares its helpers with the thread that serves the calls, and `bench:dashboard`
 * showed it in the slowest chunks.
 */
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
  let child: ChildProcess | undefined;
  let state: "idle" | "asked" | "over" = "idle";
  let notBeforeMs = 0;

  const start = (): ChildProcess => {
    const judge = forkJudge(eventsPath);
    judge.on("message", (answer: JudgeAnswer) => {
      if (state === "over") return;
      state = "trouble" in answer ? "over" : "idle";
      const restMs = "trouble" in answer ? 0 : answer.tookMs / MOST_SHARE;
      notBeforeMs = clock.nowMs() + Math.max(STEP_MS, restMs);
      onAnswer(answer);
    });
    const gone = (how: string) => {
      if (state === "over") return;
      state = "over";
      onAnswer({ trouble: `cannot be judged on the way: its process ${how}; the report will` });
    };
    judge.on("error", (error) => gone(`could not be reached (${error.message})`));
    judge.on("exit", (code, signal) => gone(`ended (${signal ?? `exit code ${code}`})`));
    return judge;
  };

  return {
    ask() {
      if (state !== "idle" || clock.nowMs() < notBeforeMs) return;
      state = "asked";
      child ??= start();
      const request: JudgeRequest = { judge: true };
      // What goes wrong comes as the child's error or exit.
      child.send(request, () => {});
    },
    async close() {
      state = "over";
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.ref();
      const exited = once(child, "exit");
      // It has nothing to lose.
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function forkJudge(eventsPath: string): ChildProcess {
  const env = Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  const child = fork(fileURLToPath(siblingModule(import.meta.url, "judge-main")), [eventsPath], {
    env,
    // No helper threads either: they would not be of low priority, and the calls come first.
    execArgv: ["--single-threaded"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It may have ended already, which its exit tells.
  }
  // A run does not wait for it.
  child.unref();
  child.channel?.unref();
  return child;
}
