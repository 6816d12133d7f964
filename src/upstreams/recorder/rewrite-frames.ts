import type { Leaf } from "../../cassette/index.ts";
import { setLeaf } from "../../cassette/index.ts";

/** A frame of a reply, and the chunk in which it ended. */
export interface ReplyFrame {
  bytes: Uint8Array;
  chunk: number;
  /** The JSON that it says; undefined: none. */
  json: string | undefined;
  /** It broke off in the middle, or is damaged: what it says can no longer be told from how it says it. */
  torn: boolean;
  /** The same frame with other JSON in it. */
  withJson(json: string): Uint8Array;
}

export interface Rewriting {
  /** The texts of one frame that may have to change. */
  leaves(value: unknown): readonly Leaf[];
  /** What stands in the place of a text. */
  text(text: string): string;
  /** A torn frame is not kept: nobody knows which texts are in it. */
  leaveOutTorn?: boolean;
}

interface Piece extends Leaf {
  frame: number;
}

/**
 * Changes the texts of a stream as if each were whole: the pieces of one text, event after event, are joined, changed, and cut
 * into as many pieces again. Gives the frames' bytes, in order.
 */
export function rewriteFrames(frames: readonly ReplyFrame[], { leaves, text, leaveOutTorn }: Rewriting): Uint8Array[] {
  const values = frames.map(({ json }) => jsonOf(json));
  const texts = new Map<string, Piece[]>();
  for (const [frame, value] of values.entries()) {
    for (const leaf of leaves(value)) {
      const piece = { ...leaf, frame };
      const key = keyOf(value, piece);
      const pieces = texts.get(key);
      if (pieces === undefined) texts.set(key, [piece]);
      else pieces.push(piece);
    }
  }
  const changed = new Set<number>();
  for (const pieces of texts.values()) {
    const whole = pieces.map((piece) => piece.text).join("");
    const other = text(whole);
    if (other === whole) continue;
    for (const [i, part] of cutLike(other, pieces).entries()) {
      const { frame, at } = pieces[i] as Piece;
      setLeaf(values[frame], at, part);
      changed.add(frame);
    }
  }
  return frames.map((frame, i) => {
    if (leaveOutTorn === true && frame.torn) return new Uint8Array(0);
    return changed.has(i) ? frame.withJson(JSON.stringify(values[i])) : frame.bytes;
  });
}

/** As many parts, in about the same proportions. */
function cutLike(text: string, pieces: readonly Leaf[]): string[] {
  const all = pieces.reduce((sum, piece) => sum + piece.text.length, 0);
  let before = 0;
  return pieces.map((piece) => {
    const from = Math.round((text.length * before) / all);
    before += piece.text.length;
    return text.slice(from, Math.round((text.length * before) / all));
  });
}

/** Which text a piece belongs to: streams number their answers, blocks and items beside the pieces. */
function keyOf(value: unknown, { at, frame }: Piece): string {
  if (comesWhole(at)) return JSON.stringify([at, frame]);
  const numbers: unknown[] = [numbersOf(value)];
  let here = value;
  for (const step of at) {
    here = (here as Record<string | number, unknown>)[step];
    if (typeof step === "number") numbers.push(numbersOf(here));
  }
  return JSON.stringify([at, numbers]);
}

/** Gemini's arguments of a call are an object, never a piece of one: the next call in the stream has its own. */
function comesWhole(at: Leaf["at"]): boolean {
  return at[at.indexOf("functionCall") + 1] === "args";
}

/** Beside numbers, what else sets texts at one place apart: thoughts from an answer, one argument from another. */
const NUMBERS = ["type", "index", "output_index", "content_index", "contentBlockIndex", "thought", "jsonPath"] as const;

function numbersOf(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const members = value as Record<string, unknown>;
  return NUMBERS.map((name) => members[name]);
}

function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
