import type { Clock } from "../../core/clock.ts";
import { type BodyReader, type ReplyBody, UpstreamFailure } from "../../core/upstream.ts";

export interface PacedFrame {
  bytes: Uint8Array;
  /** Milliseconds after the frame before it. */
  gapMs: number;
}

/**
 * Pushes each frame when its time has come. A paused reader stops the writing too: nothing is gathered for it.
 * `onEnd` is called once, when the last frame was pushed or the signal aborted.
 */
export function pacedBody(
  frames: readonly PacedFrame[],
  { clock, signal, onEnd }: { clock: Clock; signal: AbortSignal; onEnd: () => void },
): ReplyBody {
  let reader: BodyReader | undefined;
  let next = 0;
  let paused = false;
  let over = false;
  let pushing = false;
  let lastMs = clock.nowMs();
  let cancel = () => {};

  const finish = (tell: (reader: BodyReader) => void) => {
    if (over) return;
    over = true;
    cancel();
    signal.removeEventListener("abort", onAbort);
    onEnd();
    if (reader !== undefined) tell(reader);
  };
  const onAbort = () => finish((it) => it.fail(callerLeft("body")));

  const push = () => {
    // A reader may pause or resume from within data(); the loop below goes on by itself.
    if (pushing) return;
    pushing = true;
    cancel();
    while (reader !== undefined && !paused && !over) {
      const frame = frames[next];
      if (frame === undefined) {
        finish((it) => it.end([]));
        break;
      }
      const dueMs = lastMs + frame.gapMs;
      const waitMs = dueMs - clock.nowMs();
      if (waitMs > 0) {
        cancel = clock.after(waitMs, push);
        break;
      }
      next++;
      // Timers fire late; counting from the due time keeps the rate. A pause is not made up for by a burst.
      lastMs = waitMs < -frame.gapMs ? clock.nowMs() : dueMs;
      reader.data(frame.bytes);
    }
    pushing = false;
  };

  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return {
    start(given) {
      reader = given;
      if (over) return given.fail(callerLeft("body"));
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
  return new UpstreamFailure("ABORTED", stage, "the caller left before the stub's answer ended");
}
