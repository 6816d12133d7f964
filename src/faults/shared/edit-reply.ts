import type { Dialect, FrameMeaning, StreamFrame, StreamPosition } from "../../core/dialect.ts";
import type { StreamStage, StreamStep } from "../../core/fault.ts";
import { type EventFrame, jsonOf, opensArray, withJson } from "./frame-text.ts";
import { createFormSense } from "./frames.ts";

/** An unstreamed body above this passes as it is. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** JSON that a reply says, and what it means. */
export interface Said {
  json: string;
  meaning: FrameMeaning;
  /** Undefined: the whole of an unstreamed reply. */
  at: StreamPosition | undefined;
  /** What the reply would mean with this JSON instead: a fault checks by it that it does what it says. */
  readAs(json: string): FrameMeaning;
}

/** Other JSON; `drop`: the event goes (never a whole body); undefined: it stays as it is. */
export type Edit = (said: Said) => string | "drop" | undefined;

/** A stage that rewrites what a reply says: event by event, or an unstreamed body as a whole, which is kept back until it is there. */
export function editReply(dialect: Dialect, edit: Edit): StreamStage {
  const isOutsideSse = createFormSense();
  const body = createKeptBody();
  let told = false;
  const changed = (steps: StreamStep[]): StreamStep[] => {
    const applied: StreamStep[] = told ? [] : [{ do: "applied" }];
    told = true;
    return [...applied, ...steps];
  };

  return {
    onFrame(frame, meaning, at) {
      const whole: StreamStep[] = [{ do: "send", bytes: frame.bytes }];
      if (isOutsideSse(frame, meaning)) return body.keep(frame.bytes);
      if (!hasData(frame)) return whole;
      const readAs = (json: string) => dialect.read({ ...frame, data: json, ...withJson(dialect, frame, json) });
      const edited = edit({ json: jsonOf(dialect, frame), meaning, at, readAs });
      if (edited === undefined) return whole;
      if (edited === "drop") return opensArray(frame) ? whole : changed([]);
      const rewritten = withJson(dialect, frame, edited);
      return rewritten === undefined ? whole : changed([{ do: "send", bytes: rewritten.bytes }]);
    },
    onEnd() {
      const bytes = body.take();
      if (bytes.length === 0) return [];
      const readAs = (json: string) => dialect.readWhole(new TextEncoder().encode(json));
      const json = new TextDecoder().decode(bytes);
      const edited = edit({ json, meaning: dialect.readWhole(bytes), at: undefined, readAs });
      if (edited === undefined || edited === "drop") return [{ do: "send", bytes }];
      return changed([{ do: "send", bytes: new TextEncoder().encode(edited) }]);
    },
    flush: body.take,
  };
}

function hasData(frame: StreamFrame): frame is EventFrame {
  return frame.data !== undefined;
}

/** Keeps a body back; one that grows too large is let go, and the rest of it passes. */
function createKeptBody() {
  let parts: Uint8Array[] = [];
  let length = 0;
  let tooLarge = false;
  const take = (): Uint8Array => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.byteLength;
    }
    parts = [];
    return whole;
  };
  return {
    take,
    keep(bytes: Uint8Array): StreamStep[] {
      parts.push(bytes);
      length += bytes.byteLength;
      tooLarge ||= length > MAX_BODY_BYTES;
      return tooLarge ? [{ do: "send", bytes: take() }] : [];
    },
  };
}
