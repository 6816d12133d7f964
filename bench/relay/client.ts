import type { Job, Measured } from "./protocol.ts";
import { Run } from "./run.ts";

/** Makes the calls, in a process of its own. */

async function measure(job: Job): Promise<Measured> {
  const run = new Run(job);
  run.start(job.answer === "paced" ? job.warmUpMs / 2 : 0);
  await pause(job.warmUpMs);
  const busy = process.cpuUsage();
  const started = performance.now();
  run.measuring = true;
  await pause(job.measureMs);
  run.measuring = false;
  const seconds = (performance.now() - started) / 1_000;
  const used = process.cpuUsage(busy);
  const measured: Measured = {
    rate: run.completed / seconds,
    answers: run.answers,
    firstByte: quantiles(run.firstByteMs),
    chunkDelay: job.answer === "paced" ? quantiles(run.chunkDelayMs) : undefined,
    wrong: run.wrong,
    answerBytes: run.answerBytes,
    clientBusy: (used.user + used.system) / 1e6 / seconds,
  };
  await run.close();
  return measured;
}

function quantiles(values: number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

process.on("message", async (job: Job) => process.send?.(await measure(job)));
process.on("disconnect", () => process.exit(0));
