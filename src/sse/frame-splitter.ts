import type { CutFrame, FrameSplitter } from "../core/dialect.ts";
import type { BorderFinder } from "./borders.ts";
import { createSplitter, type FrameKind } from "./splitter.ts";

export interface FrameSplitterOptions {
  borders: BorderFinder;
  maxFrameBytes: number;
  frameOf(bytes: Uint8Array, kind: FrameKind): CutFrame;
}

/** A splitter that hands out what it cut, for streams that are no server-sent events. */
export function createFrameSplitter({ borders, maxFrameBytes, frameOf }: FrameSplitterOptions): FrameSplitter {
  let frames: CutFrame[] = [];
  const splitter = createSplitter({
    borders,
    maxFrameBytes,
    onFrame: (bytes, kind) => frames.push(frameOf(bytes, kind)),
  });
  const take = () => {
    const taken = frames;
    frames = [];
    return taken;
  };
  return {
    push(chunk) {
      splitter.push(chunk);
      return take();
    },
    end() {
      splitter.end();
      return take();
    },
  };
}

/** A frame's last byte was seen: not so for the first pieces of a large one, and for what is left when a stream ends inside of one. */
export function isWhole(kind: FrameKind): boolean {
  return kind === "whole" || kind === "last_piece";
}
