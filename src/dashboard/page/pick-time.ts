import { picking, shownSpan, showRange, spanWords } from "./range.ts";
import { pointed } from "./state.ts";

/** A time range is picked with the pointer by dragging, and by keys with Shift: in the charts, and over the scenario. */

/** Less is a click, or a tap of an unsteady finger. */
const LEAST_PIXELS = 6;

let pressed: { x: number; atMs: number } | undefined;
let hasDragged = false;
/** Where the keys began to pick. */
let anchorMs: number | undefined;

/** True in the click that ends a drag. */
export function isEndOfDrag(): boolean {
  return hasDragged;
}

type TimeAt = (event: PointerEvent) => number | undefined;

/** `timeAt` gives the time under the pointer, undefined where there is none. */
export function dragToPick(timeAt: TimeAt) {
  return {
    onPointerDown(event: PointerEvent) {
      const atMs = timeAt(event);
      hasDragged = false;
      pressed = event.isPrimary && event.button === 0 && atMs !== undefined ? { x: event.clientX, atMs } : undefined;
    },
    onPointerMove(event: PointerEvent) {
      // Let go outside of the chart, before it was a drag.
      if (event.buttons === 0) pressed = undefined;
      if (pressed === undefined) return;
      if (picking.value === undefined && Math.abs(event.clientX - pressed.x) < LEAST_PIXELS) return;
      const atMs = timeAt(event);
      if (atMs === undefined) return;
      // Only now, since the element that has the pointer gets the click too.
      if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
      picking.value = { fromMs: Math.min(pressed.atMs, atMs), toMs: Math.max(pressed.atMs, atMs) };
    },
    onPointerUp() {
      const picked = pressed === undefined ? undefined : picking.value;
      pressed = undefined;
      if (picked === undefined) return;
      hasDragged = true;
      setTimeout(() => {
        hasDragged = false;
      });
      showRange(picked);
    },
    onPointerCancel: dropPicking,
  };
}

/** True: something was being picked. */
export function dropPicking(): boolean {
  const wasPicking = picking.value !== undefined;
  pressed = undefined;
  anchorMs = undefined;
  picking.value = undefined;
  return wasPicking;
}

export function pickedWords(): string | undefined {
  if (picking.value === undefined) return undefined;
  return `${spanWords(picking.value)} picked${anchorMs === undefined ? "" : ", Enter shows it"}`;
}

const STEP_MS = 1_000;
const LEAP_MS = 10_000;

/** Arrows walk through the seconds; with Shift they pick from where they began, and Enter shows what is picked. */
export function pickByKeys(event: KeyboardEvent): void {
  const span = shownSpan.value;
  const at = pointed.value ?? span.toMs - STEP_MS;
  const to = targetOf(event.key, at, span);
  if (event.key === "Enter" && picking.value !== undefined) {
    showRange(picking.value);
    anchorMs = undefined;
  } else if (to === undefined) return;
  else {
    pointed.value = Math.min(span.toMs, Math.max(span.fromMs, to));
    if (event.shiftKey) {
      anchorMs ??= at;
      picking.value = { fromMs: Math.min(anchorMs, pointed.value), toMs: Math.max(anchorMs, pointed.value) };
    } else dropPicking();
  }
  event.preventDefault();
  event.stopPropagation();
}

function targetOf(key: string, at: number, span: { fromMs: number; toMs: number }): number | undefined {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return at - STEP_MS;
    case "ArrowRight":
    case "ArrowUp":
      return at + STEP_MS;
    case "PageDown":
      return at - LEAP_MS;
    case "PageUp":
      return at + LEAP_MS;
    case "Home":
      return span.fromMs;
    case "End":
      return span.toMs;
    default:
      return undefined;
  }
}
