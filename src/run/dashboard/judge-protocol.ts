import type { Judged } from "../../dashboard/fold/judged.ts";

/** What the run and the thread that judges it on the way say to each other. */
export interface JudgeSettings {
  eventsPath: string;
}

/** Sent to the thread: judge what the log holds by now. */
export interface JudgeRequest {
  judge: true;
}

export type JudgeAnswer = { judged: readonly Judged[]; atMs: number; tookMs: number } | { trouble: string };
