import type { CutFrame, FrameSplitter } from "../core/dialect.ts";
import { createFrameSplitter, isWhole } from "./frame-splitter.ts";
import { createJsonBorderFinder } from "./json-borders.ts";
import { type FrameKind, MAX_FRAME_BYTES } from "./splitter.ts";

/** What stands in front of an element. */
const LEAD = /^[\uFEFF\s]*(?:[[,]\s*)?/;
/** An element, or the bracket that closes the array. */
const VALUE_START = /^[{["\]\-0-9tfn]/;

/**
 * A streamed JSON array → a frame per element, with the element's text as its data, and a last one with the data `]`.
 * An element above the bound (default 1 MiB) comes in pieces and stays without data, as do bytes that are no JSON.
 */
export function createJsonArraySplitter(maxFrameBytes = MAX_FRAME_BYTES): FrameSplitter {
  return createFrameSplitter({ borders: createJsonBorderFinder(), maxFrameBytes, frameOf });
}

function frameOf(bytes: Uint8Array, kind: FrameKind): CutFrame {
  return { bytes, event: undefined, data: kind === "whole" ? dataOf(bytes) : undefined, whole: isWhole(kind) };
}

function dataOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8").replace(LEAD, "");
  return VALUE_START.test(text) ? text : undefined;
}
