import type { Dialect, LlmCall, StreamFrame } from "../../src/core/dialect.ts";
import type { StreamStage, StreamStep } from "../../src/core/fault.ts";
import { PositionCounter } from "../../src/proxy/stages/position.ts";
import { createSplitter, plainFrame, sseFrame } from "../../src/sse/index.ts";

export interface Reply {
  dialect: Dialect;
  call: LlmCall;
  contentType: string;
  /** What arrives, a write each. */
  chunks: readonly Uint8Array[];
}

/** Everything a stage wants with a reply that comes at once, in order. Frames are cut as the proxy cuts them; waits pass without waiting. */
export function playStage(stage: StreamStage, reply: Reply): StreamStep[] {
  const seen = new PositionCounter();
  const steps: StreamStep[] = [];
  let nowMs = 0;
  const take = (made: readonly StreamStep[] = []) => {
    for (const step of made) {
      steps.push(step);
      if (step.do === "wait") nowMs += step.ms;
    }
  };
  take(stage.onHeaders?.(seen.at(nowMs)));
  for (const frame of framesOf(reply)) {
    const meaning = reply.dialect.read(frame);
    take(stage.onFrame(frame, meaning, seen.at(nowMs)));
    seen.add(frame, meaning);
  }
  take(stage.onEnd?.(seen.at(nowMs)));
  return steps;
}

function framesOf({ dialect, call, contentType, chunks }: Reply): StreamFrame[] {
  const frames: StreamFrame[] = [];
  const own = dialect.splitter?.(contentType, call);
  const sse = createSplitter({ onFrame: (bytes, kind) => frames.push(sseFrame(bytes, kind, 0)) });
  for (const chunk of chunks) {
    if (own !== undefined) frames.push(...own.push(chunk).map((frame) => ({ ...frame, arrivedMs: 0 })));
    else if (contentType.startsWith("text/event-stream")) sse.push(chunk);
    else frames.push(plainFrame(chunk, 0));
  }
  sse.end();
  return [...frames, ...(own?.end() ?? []).map((frame) => ({ ...frame, arrivedMs: 0 }))];
}
