import { batch } from "@preact/signals";
import { applyPatch, type ViewMessage } from "../patch.ts";
import type { View } from "../view.ts";
import { showAll } from "./range.ts";
import { takeRows } from "./rows.ts";
import { connection, frozen, heardAt, report, view } from "./state.ts";
import { leads } from "./tabs.ts";

let arrived: ViewMessage[] = [];

/** Drawn with the next frame, together with what comes until then. */
export function arrive(message: ViewMessage): void {
  if (arrived.length === 0) requestAnimationFrame(drawNow);
  arrived.push(message);
  // A hidden page gets no frames; it must not pile up what it will never draw.
  if (document.hidden) drawNow();
}

export function drawNow(): void {
  const messages = arrived;
  arrived = [];
  if (messages.length > 0) batch(() => messages.forEach(take));
}

function take(message: ViewMessage): void {
  heardAt.value = Date.now();
  if ("report" in message) {
    report.value = message.report;
    return;
  }
  const before = view.value;
  if ("full" in message) takeFull(message.full, before);
  else if (before !== undefined) view.value = applyPatch(before, message.patch);
  if (leads.value && connection.value.state !== "open") connection.value = { state: "open" };
  if (view.value !== undefined && view.value.calls !== before?.calls) takeRows(view.value.calls.rows, false);
}

function takeFull(full: View, before: View | undefined): void {
  if (before?.head.runId !== full.head.runId) {
    takeRows([], true);
    frozen.value = undefined;
    showAll();
    report.value = undefined;
  }
  view.value = full;
}
