import type { Dialect, FrameMeaning } from "../../core/dialect.ts";
import { TAIL_LENGTH, textTail } from "../../core/text.ts";
import { createSplitter, type FrameKind, sseFrame } from "../../sse/index.ts";
import { meaningOf } from "./meaning-of.ts";
import type { ReplySummary } from "./observer.ts";

const CHUNKS_KEPT = 24;
const BYTES_KEPT = 64 * 1024;
/** Looked at first, since the last letters usually stand there. */
const FIRST_LOOK = 2 * 1024;

export interface Tail {
  add(chunk: Uint8Array): void;
  /** Of what the frames kept said last: text, or the arguments of a tool call. */
  read(dialect: Dialect): Pick<ReplySummary, "textTail" | "textLength" | "tailOf">;
}

/** Keeps the last chunks of a stream, so that the end of its text can be read once, when it is over. */
export function createTail(): Tail {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let dropped = false;
  return {
    add(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      while (chunks.length > 1 && (chunks.length > CHUNKS_KEPT || bytes > BYTES_KEPT)) {
        bytes -= chunks.shift()?.length ?? 0;
        dropped = true;
      }
    },
    read(dialect) {
      const kept = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
      for (const look of [FIRST_LOOK, kept.length]) {
        const all = !dropped && look >= kept.length;
        const found = tailOf(framesOf(kept.subarray(-look), !all), dialect);
        if (found.textLength >= TAIL_LENGTH || look >= kept.length) return found;
      }
      return { textTail: undefined, textLength: 0 };
    },
  };
}

function framesOf(bytes: Uint8Array, startsInside: boolean): [bytes: Uint8Array, kind: FrameKind][] {
  const frames: [Uint8Array, FrameKind][] = [];
  const splitter = createSplitter({ onFrame: (frame, kind) => frames.push([frame, kind]) });
  splitter.push(bytes);
  splitter.end();
  return startsInside ? frames.slice(1) : frames;
}

export type Said = "text" | "toolArguments";

/** An answer breaks off in what it said last. Undefined: this says neither. */
export function saidIn({ text, toolArguments }: FrameMeaning): Said | undefined {
  if (toolArguments !== "") return "toolArguments";
  return text === "" ? undefined : "text";
}

/** From the last frame backwards, only as far as needed. */
function tailOf(frames: [Uint8Array, FrameKind][], dialect: Dialect) {
  const texts: string[] = [];
  let characters = 0;
  let found = { tail: "", length: 0 };
  let said: Said | undefined;
  for (let i = frames.length - 1; i >= 0; i--) {
    const [bytes, kind] = frames[i] as [Uint8Array, FrameKind];
    const meaning = meaningOf(dialect, sseFrame(bytes, kind, 0));
    said ??= saidIn(meaning);
    const text = said === undefined ? "" : meaning[said];
    if (text === "") continue;
    texts.unshift(text);
    characters += text.length;
    if (characters < TAIL_LENGTH && i > 0) continue;
    found = textTail(texts.join(""));
    if (found.length >= TAIL_LENGTH) break;
  }
  if (found.length === 0 && texts.length > 0) found = textTail(texts.join(""));
  const tail = { textTail: found.length === 0 ? undefined : found.tail, textLength: found.length };
  return said === "toolArguments" ? { ...tail, tailOf: "tool_arguments" as const } : tail;
}
