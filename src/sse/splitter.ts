import { type BorderFinder, createBorderFinder } from "./borders.ts";
import { HeldBytes } from "./held-bytes.ts";

/** Larger frames are not held: 1 MiB. */
export const MAX_FRAME_BYTES = 1024 * 1024;

/**
 * `whole`: a frame with its closing blank line. `piece`, `last_piece`: parts of a frame above the bound, handed on as they come.
 * `rest`: what was left when the stream ended inside a frame.
 */
export type FrameKind = "whole" | "piece" | "last_piece" | "rest";

export interface Splitter {
  push(chunk: Uint8Array): void;
  /** The stream is over: hands out what is left of an unfinished frame. */
  end(): void;
}

export interface SplitterOptions {
  /** Called in order, from within push and end. The bytes of all calls are the bytes of all chunks. They may be views into a chunk. */
  onFrame(bytes: Uint8Array, kind: FrameKind): void;
  /** Default MAX_FRAME_BYTES. */
  maxFrameBytes?: number;
  /** Where frames end. Default: as in a server-sent event stream. */
  borders?: BorderFinder;
}

/** Raw bytes of a stream → frames, byte-exact, whatever the cuts between chunks. */
export function createSplitter(options: SplitterOptions): Splitter {
  const { onFrame, maxFrameBytes = MAX_FRAME_BYTES, borders = createBorderFinder() } = options;
  const held = new HeldBytes();
  let oversized = false;

  function close(bytes: Uint8Array): void {
    if (oversized) {
      oversized = false;
      onFrame(bytes, "last_piece");
    } else {
      onFrame(held.size === 0 ? bytes : held.takeWith(bytes), "whole");
    }
  }

  function keep(bytes: Uint8Array): void {
    if (!oversized && held.size + bytes.length <= maxFrameBytes) {
      held.add(bytes);
      return;
    }
    oversized = true;
    onFrame(held.size === 0 ? bytes : held.takeWith(bytes), "piece");
  }

  return {
    push(chunk) {
      borders.begin(chunk);
      let start = 0;
      for (let end = borders.next(); end >= 0; end = borders.next()) {
        close(start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end));
        start = end;
      }
      if (start < chunk.length) keep(start === 0 ? chunk : chunk.subarray(start));
    },
    end() {
      if (held.size > 0) onFrame(held.takeWith(new Uint8Array(0)), "rest");
    },
  };
}
