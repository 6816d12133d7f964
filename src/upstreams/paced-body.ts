import type { Clock } from "../core/clock.ts";
import { type BodyReader, type ReplyBody, UpstreamFailure } from "../core/upstream.ts";

export interface PacedFrame {
  bytes: Uint8Array;
  /** Milliseconds after the frame before it. */
  gapMs: number;
}

export interface PacedBodyOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Once, when the body is over or the signal aborted. */
  onEnd?: () => void;
  /** How it ends. Default: cleanly, at once behind the last frame. */
  ending?: { gapMs: number; failure: UpstreamFailure | undefined };
}

const AT_ONCE = { gapMs: 0, failure: undefined };

/** Pushes each frame when its time has come. A paused reader stops the writing too: nothing is gathered for it. */
export function pacedBody(
  frames: readonly PacedFrame[],
  { clock, signal, onEnd, ending = AT_ONCE }: PacedBodyOptions,
): ReplyBody {
  let reader: BodyReader | undefined;
  let next = 0;
  let paused = false;
  let over = false;
  let pushing = false;
  let listening = false;
  let lastMs = clock.nowMs();
  let cancel = () => {};

  const finish = (tell: (reader: BodyReader) => void) => {
    if (over) return;
    over = true;
    cancel();
    if (listening) signal.removeEventListener("abort", onAbort);
    onEnd?.();
    if (reader !== undefined) tell(reader);
  };
  const onAbort = () => finish((it) => it.fail(callerLeft("body")));
  const listen = () => {
    if (listening || over) return;
    if (signal.aborted) return onAbort();
    listening = true;
    signal.addEventListener("abort", onAbort, { once: true });
  };

  const push = () => {
    // A reader may pause or resume from within data(); the loop below goes on by itself.
    if (pushing) return;
    pushing = true;
    cancel();
    while (reader !== undefined && !paused && !over && !signal.aborted) {
      const frame = frames[next];
      const { gapMs } = frame ?? ending;
      const dueMs = lastMs + gapMs;
      const waitMs = dueMs - clock.nowMs();
      if (waitMs > 0) {
        cancel = clock.after(waitMs, push);
        break;
      }
      if (frame === undefined) {
        finish((it) => (ending.failure === undefined ? it.end([]) : it.fail(ending.failure)));
        break;
      }
      next++;
      // Timers fire late; counting from the due time keeps the rate. A pause is not made up for by a burst.
      lastMs = waitMs < -gapMs ? clock.nowMs() : dueMs;
      reader.data(frame.bytes);
    }
    pushing = false;
    listen();
  };

  // A body that is pushed whole within its start never listens: coming and going took 1.5 % of a call replayed at full speed.
  if (onEnd !== undefined) listen();
  return {
    start(given) {
      if (signal.aborted) onAbort();
      if (over) return given.fail(callerLeft("body"));
      reader = given;
      push();
    },
    pause() {
      paused = true;
      cancel();
    },
    resume() {
      paused = false;
      push();
    },
  };
}

export function callerLeft(stage: "headers" | "body"): UpstreamFailure {
  return new UpstreamFailure("ABORTED", stage, "the caller left before the answer ended");
}
