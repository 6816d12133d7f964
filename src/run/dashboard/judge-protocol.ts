import type { Judged } from "../../dashboard/fold/judged.ts";

/** What the run and the process that judges it on the way say to each other. Sent to it: judge what the log holds by now. */
export interface JudgeRequest {
  judge: true;
}

export type JudgeAnswer = { judged: readonly Judged[]; atMs: number; tookMs: number } | { trouble: string };
