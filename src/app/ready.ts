import { Agent, request } from "undici";
import { type Clock, sleep } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import { formatDuration } from "../core/units.ts";
import type { AppEnd } from "./process.ts";

export interface ReadyOptions {
  url: string;
  timeoutMs: number;
  clock: Clock;
  /** The app's end, when we started it: an app that ends early is not waited for. */
  exited?: Promise<AppEnd>;
  /** When it aborts, nobody waits any more: rejects with the signal's reason. */
  signal?: AbortSignal;
}

const PAUSE_MS = 100;
/** One look; an app that accepts and does not answer is not ready yet. */
const LOOK_MS = 5_000;

/** Asks the URL until it answers with a status below 500. Throws a UserError when that takes too long, or as soon as the app has ended. */
export async function waitUntilReady({ url, timeoutMs, clock, exited, signal }: ReadyOptions): Promise<void> {
  const shown = withoutCredentials(url);
  const over = new AbortController();
  const cancelTimeout = clock.after(timeoutMs, () => over.abort());
  let ended: AppEnd | undefined;
  void exited?.then((end) => {
    ended = end;
    over.abort();
  });
  const giveUp = () => over.abort();
  signal?.addEventListener("abort", giveUp);
  if (signal?.aborted) giveUp();
  const agent = new Agent({ connections: 1, pipelining: 0 });
  let last = "there was no answer yet";
  try {
    while (!over.signal.aborted) {
      const answer = await look(url, agent, { clock, over: over.signal });
      if (ended === undefined && typeof answer === "number" && answer < 500) return;
      if (!over.signal.aborted) last = typeof answer === "number" ? `it answered ${answer}` : answer;
      await sleep(clock, PAUSE_MS, over.signal);
    }
  } finally {
    cancelTimeout();
    signal?.removeEventListener("abort", giveUp);
    await agent.destroy();
  }
  signal?.throwIfAborted();
  throw ended === undefined ? tooLate(shown, timeoutMs, last) : endedEarly(shown, ended);
}

/** The status, or in words why there is none. */
async function look(
  url: string,
  agent: Agent,
  { clock, over }: { clock: Clock; over: AbortSignal },
): Promise<number | string> {
  const enough = new AbortController();
  const cancel = clock.after(LOOK_MS, () => enough.abort());
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      signal: AbortSignal.any([over, enough.signal]),
    });
    body.on("error", () => {});
    body.destroy();
    return statusCode;
  } catch (error) {
    if (enough.signal.aborted) return `it accepted the connection and did not answer within ${formatDuration(LOOK_MS)}`;
    return reason(error);
  } finally {
    cancel();
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "the connection was refused";
  return `the connection failed (${code || (error instanceof Error ? error.message : error)})`;
}

function tooLate(url: string, timeoutMs: number, last: string): UserError {
  return new UserError(
    `the app was not ready within ${formatDuration(timeoutMs)}: asked GET ${url} for a status below 500; the last time, ${last}`,
    {
      hint: "check app.url and app.ready in llm-chaos.yaml, or give it longer with --ready-timeout",
    },
  );
}

function endedEarly(url: string, { code, signal }: AppEnd): UserError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return new UserError(`the app command ended ${how} before GET ${url} was answered`, {
    hint: "its own output above says why; the command must stay in the foreground",
  });
}

function withoutCredentials(url: string): string {
  if (!URL.canParse(url))
    throw new UserError(`"${url}" is no URL of an app`, { hint: "write http://127.0.0.1:3000/healthz" });
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
