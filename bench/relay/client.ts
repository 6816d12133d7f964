import { type Dispatcher, Pool } from "undici";
import { ANSWER_HEADER, type Job, type Measured, nowMicroseconds, STAMP, STAMP_DIGITS } from "./protocol.ts";

/** Makes the calls, in a process of its own and as cheaply as it can: raw dispatch, no parsing, a search for the time stamps. */

const BODY = JSON.stringify({
  model: "bench",
  stream: true,
  messages: [
    { role: "system", content: "You are a careful assistant. ".repeat(10) },
    { role: "user", content: "Where is the wall, and who owns it? ".repeat(15) },
  ],
});
const WHOLE = JSON.stringify({ ...JSON.parse(BODY), stream: false });

class Run {
  readonly #job: Job;
  readonly #pool: Pool;
  readonly #options: Dispatcher.DispatchOptions;
  readonly firstByteMs: number[] = [];
  readonly chunkDelayMs: number[] = [];
  measuring = false;
  over = false;
  answers = 0;
  completed = 0;
  wrong = 0;
  answerBytes = 0;
  open = 0;

  constructor(job: Job) {
    this.#job = job;
    this.#pool = new Pool(job.url, { connections: job.calls, headersTimeout: 0, bodyTimeout: 0 });
    this.#options = {
      path: "/v1/chat/completions",
      method: "POST",
      headers: [
        "content-type",
        "application/json",
        "authorization",
        "Bearer bench-key-0001",
        ANSWER_HEADER,
        job.answer,
      ],
      body: job.answer === "small" ? WHOLE : BODY,
    };
  }

  call(): void {
    if (this.over) return;
    this.open++;
    const started = performance.now();
    let bytes = 0;
    this.#pool.dispatch(this.#options, {
      onRequestStart: () => {},
      onResponseStart: (_controller, status) => {
        if (status !== 200) this.wrong++;
      },
      onResponseData: (_controller, chunk) => {
        if (this.measuring) {
          if (bytes === 0) this.firstByteMs.push(performance.now() - started);
          else if (this.#job.answer === "paced") this.#readStamps(chunk);
        }
        bytes += chunk.byteLength;
      },
      onResponseEnd: () => this.#ended(bytes),
      onResponseError: () => this.#ended(-1),
    });
  }

  async close(): Promise<void> {
    this.over = true;
    await this.#pool.destroy();
  }

  #ended(bytes: number): void {
    this.open--;
    if (this.over) return;
    if (bytes > 0 && this.answerBytes === 0) this.answerBytes = bytes;
    if (bytes !== this.answerBytes) this.wrong++;
    else {
      this.answers++;
      if (this.measuring) this.completed++;
    }
    this.call();
  }

  #readStamps(chunk: Buffer): void {
    const now = nowMicroseconds();
    for (let at = chunk.indexOf(STAMP); at >= 0; at = chunk.indexOf(STAMP, at + 1)) {
      const digits = chunk.toString("latin1", at + STAMP.length, at + STAMP.length + STAMP_DIGITS);
      this.chunkDelayMs.push((now - Number(digits)) / 1_000);
    }
  }
}

async function measure(job: Job): Promise<Measured> {
  const run = new Run(job);
  // Spread over the warm-up's first half: users do not arrive in one instant, and their events then do not either.
  const gapMs = job.answer === "paced" ? job.warmUpMs / 2 / job.calls : 0;
  for (let i = 0; i < job.calls; i++) setTimeout(() => run.call(), i * gapMs);
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
