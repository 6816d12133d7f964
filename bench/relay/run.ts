import { type Dispatcher, Pool } from "undici";
import { ANSWER_HEADER, type Job, nowMicroseconds, STAMP, STAMP_DIGITS } from "./protocol.ts";

const BODY = JSON.stringify({
  model: "bench",
  stream: true,
  messages: [
    { role: "system", content: "You are a careful assistant. ".repeat(10) },
    { role: "user", content: "Where is the wall, and who owns it? ".repeat(15) },
  ],
});
const WHOLE = JSON.stringify({ ...JSON.parse(BODY), stream: false });

/** Calls that start anew when they end, made as cheaply as can be: raw dispatch, no parsing, a search for the time stamps. */
export class Run {
  readonly #job: Pick<Job, "url" | "answer" | "calls">;
  readonly #pool: Pool;
  readonly #options: Dispatcher.DispatchOptions;
  /** Filled while `measuring`; whoever wants only a part of the time takes them out and leaves an empty one. */
  firstByteMs: number[] = [];
  chunkDelayMs: number[] = [];
  measuring = false;
  over = false;
  answers = 0;
  completed = 0;
  wrong = 0;
  answerBytes = 0;

  constructor(job: Pick<Job, "url" | "answer" | "calls">) {
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

  /** Spread over a time: users do not arrive in one instant, and their events then do not either. */
  start(overMs: number): void {
    const gapMs = overMs / this.#job.calls;
    for (let i = 0; i < this.#job.calls; i++) setTimeout(() => this.#call(), i * gapMs);
  }

  #call(): void {
    if (this.over) return;
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
    if (this.over) return;
    if (bytes > 0 && this.answerBytes === 0) this.answerBytes = bytes;
    if (bytes !== this.answerBytes) this.wrong++;
    else {
      this.answers++;
      if (this.measuring) this.completed++;
    }
    this.#call();
  }

  #readStamps(chunk: Buffer): void {
    const now = nowMicroseconds();
    for (let at = chunk.indexOf(STAMP); at >= 0; at = chunk.indexOf(STAMP, at + 1)) {
      const digits = chunk.toString("latin1", at + STAMP.length, at + STAMP.length + STAMP_DIGITS);
      this.chunkDelayMs.push((now - Number(digits)) / 1_000);
    }
  }
}
