/** Milliseconds. The judge on the way is a process of the lowest priority: on a busy machine, such as one that runs these tests, its turn comes late. */
export const JUDGE_PATIENCE_MS = 90_000;
