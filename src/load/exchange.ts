import type { Dispatcher } from "undici";
import type { Clock } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import type { AnswerReader } from "./answer.ts";
import type { FrontDoorRequest } from "./requests.ts";

/** How a call went, as its caller saw it. */
export interface ExchangeEnd {
  how: EventBody<"front_door_ended">["how"];
  /** 0 when no status line came. */
  status: number;
  /** Bytes of the answer's body. */
  bytes: number;
  error: string | undefined;
}

export interface ExchangeOptions {
  dispatcher: Dispatcher;
  request: FrontDoorRequest;
  reader: AnswerReader;
  clock: Clock;
  deadlineMs: number;
  /** Aborted when the run does not wait any longer; the call then ends as `given_up`. */
  givenUp: AbortSignal;
  /** The first byte of the body, or the end of an answer that has none. */
  onFirstByte(status: number): void;
}

/** Sends one request and follows its answer to the end. Never rejects: every way to end is a fact. */
export function exchange(options: ExchangeOptions): Promise<ExchangeEnd> {
  const { dispatcher, request, clock, deadlineMs, givenUp } = options;
  return new Promise((resolve) => {
    const progress: Progress = { connected: false, status: 0, bytes: 0, ended: false, controller: undefined };
    const end = (how: ExchangeEnd["how"], error?: string) => {
      if (progress.ended) return;
      progress.ended = true;
      cancelDeadline();
      givenUp.removeEventListener("abort", onGivenUp);
      resolve({ how, status: progress.status, bytes: progress.bytes, error });
    };
    const abandon = (how: "deadline" | "given_up", why: string) => {
      end(how, why);
      progress.controller?.abort(new Error(why));
    };
    const onGivenUp = () => abandon("given_up", "the run ended before the call did");
    const cancelDeadline = clock.after(deadlineMs, () => abandon("deadline", `no end within ${deadlineMs} ms`));
    givenUp.addEventListener("abort", onGivenUp);
    if (givenUp.aborted) return onGivenUp();
    dispatcher.dispatch(
      { path: request.path, method: request.method, headers: request.headers, body: request.body ?? null },
      createHandler(options, progress, end),
    );
  });
}

interface Progress {
  connected: boolean;
  status: number;
  bytes: number;
  ended: boolean;
  controller: Dispatcher.DispatchController | undefined;
}

type End = (how: ExchangeEnd["how"], error?: string) => void;

function createHandler(
  { reader, onFirstByte }: ExchangeOptions,
  progress: Progress,
  end: End,
): Dispatcher.DispatchHandler {
  return {
    // Only called on an open connection: what fails before this was refused.
    onRequestStart(controller) {
      progress.connected = true;
      progress.controller = controller;
      if (progress.ended) controller.abort(new Error("abandoned while connecting"));
    },
    onResponseStart(_controller, status, headers) {
      if (progress.ended || status < 200) return;
      progress.status = status;
      reader.head({ status, headers });
    },
    onResponseData(_controller, chunk) {
      if (progress.ended) return;
      if (progress.bytes === 0) onFirstByte(progress.status);
      progress.bytes += chunk.byteLength;
      reader.data(chunk);
    },
    onResponseEnd() {
      if (progress.ended) return;
      if (progress.bytes === 0) onFirstByte(progress.status);
      end("complete");
    },
    onResponseError(_controller, error) {
      end(howItFailed(progress, error), describe(error));
    },
  };
}

function howItFailed(progress: Progress, error: Error): ExchangeEnd["how"] {
  if (progress.status > 0) return "cut";
  const ours = codeOf(error) === "UND_ERR_INVALID_ARG";
  return progress.connected || ours ? "failed" : "refused";
}

/** Code and message of a network error name addresses and headers, never a header's value. */
function describe(error: Error): string {
  const code = codeOf(error);
  const message = error.message === "" || error.message === code ? "" : error.message;
  return [code, message]
    .filter((part) => part !== "")
    .join(": ")
    .slice(0, 200);
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
