import { computed, signal } from "@preact/signals";
import type { CallRow } from "../view.ts";
import { range, touches } from "./range.ts";
import { cursor, filter, frozen, nowMs, view } from "./state.ts";

/** Rows the page remembers beyond those the server still sends; of more, the oldest clean ones go first. */
const MOST_KEPT = 5_000;
/** A phone scrolls past them to the log. */
export const PAGE_OF_ROWS = matchMedia("(max-width: 639px)").matches ? 8 : 24;

export const shownRows = signal(PAGE_OF_ROWS);
const kept = new Map<string, CallRow>();
const newest = signal<readonly CallRow[]>([]);

/** Takes in what a message brought. A new run forgets the old one's rows. */
export function takeRows(rows: readonly CallRow[], fresh: boolean): void {
  if (fresh) kept.clear();
  const sent = new Set(rows.map(({ id }) => id));
  // An open row that is no longer sent would stay open here for ever.
  for (const [id, row] of kept) if (row.ending === "open" && !sent.has(id)) kept.delete(id);
  for (const row of rows) kept.set(row.id, row);
  if (kept.size > MOST_KEPT) forget();
  newest.value = [...kept.values()].sort((a, b) => b.fromMs - a.fromMs);
}

function forget(): void {
  const oldest = [...kept.values()].sort((a, b) => a.fromMs - b.fromMs);
  const clean = oldest.filter(({ ending }) => ending === "clean");
  for (const { id } of [...clean, ...oldest].slice(0, kept.size - MOST_KEPT)) kept.delete(id);
}

export const latestRows = computed(() => newest.value);

const rowsInRange = computed(() => {
  const rows = frozen.value?.rows ?? newest.value;
  const span = range.value;
  if (span === undefined) return rows;
  return rows.filter(({ fromMs, toMs }) => touches(span, fromMs, toMs ?? nowMs.peek()));
});

/** What the list is made of: frozen or live, of the time looked at, then filtered. */
export const matchingRows = computed(() => {
  const rows = rowsInRange.value;
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = textOf(row);
    return words.every((word) => text.includes(word));
  });
});

export const visibleRows = computed(() => matchingRows.value.slice(0, shownRows.value));
/** The row under the pointer, else the one of the keyboard: its time is marked in the charts. */
export const hovered = signal<string | undefined>(undefined);
export const markedRow = computed(() => {
  const id = hovered.value ?? cursor.value;
  return id === undefined ? undefined : newest.value.find((row) => row.id === id);
});
export const shownCalls = computed(() => frozen.value?.calls ?? view.value?.calls);

function textOf({ id, label, ending, saw, attempts, faults }: CallRow): string {
  const parts = attempts.flatMap(({ call, kind, status, fallbackTo }) => [call, kind, status, fallbackTo ?? ""]);
  return [id, label, ending, saw, ...faults, ...parts].join(" ").toLowerCase();
}
