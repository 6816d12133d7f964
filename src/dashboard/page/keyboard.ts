import { stopAllChaos, toggleFreeze } from "./actions.ts";
import { dropPicking } from "./pick-time.ts";
import { range, showAll } from "./range.ts";
import { visibleRows } from "./rows.ts";
import { asTables, cursor, dialog, filter, lettersOn, openRows, runbookShown } from "./state.ts";

/** What each key does; also the help. */
export const KEYS: readonly { keys: string; does: string }[] = [
  { keys: "j / k", does: "next / previous call; in the list ↓ / ↑ too" },
  { keys: "Enter", does: "details of the call" },
  { keys: "[ / ]", does: "previous / next call that is not clean" },
  { keys: "/", does: "filter calls" },
  { keys: "Space", does: "freeze the list; the run goes on" },
  { keys: "t", does: "charts as tables" },
  { keys: "← / → in a chart", does: "values at a time; with Shift pick a range, Enter shows it" },
  { keys: "1 – 7", does: "go to a region" },
  { keys: "Esc", does: "back: filter, time range, details" },
  { keys: "?", does: "this help" },
  { keys: "Ctrl or Cmd + Shift + X", does: "stop all chaos" },
];

const REGIONS = ["expectations", "scenario", "limits", "health", "faults", "calls", "log"];

export function listenToKeys(): void {
  document.addEventListener("keydown", onKey);
}

function onKey(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.shiftKey && event.key.toLowerCase() === "x") {
    event.preventDefault();
    void stopAllChaos();
    return;
  }
  if (event.key === "Escape") {
    goBack();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !lettersOn.value || isTyping(event.target)) return;
  // A button takes these keys for itself.
  if ((event.key === " " || event.key === "Enter") && isButton(event.target)) return;
  const action = ACTIONS[event.key] ?? regionAction(event.key);
  if (action === undefined) return;
  event.preventDefault();
  action();
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => move(1, () => true),
  k: () => move(-1, () => true),
  "]": () => move(1, isNotClean),
  "[": () => move(-1, isNotClean),
  Enter: toggleDetails,
  "/": () => document.getElementById("filter")?.focus(),
  " ": toggleFreeze,
  t: () => {
    asTables.value = !asTables.value;
  },
  "?": () => {
    dialog.value = "help";
  },
};

function regionAction(key: string): (() => void) | undefined {
  const region = REGIONS[Number(key) - 1];
  return region === undefined ? undefined : () => document.getElementById(region)?.focus();
}

function goBack(): void {
  if (dialog.value !== undefined) dialog.value = undefined;
  else if (runbookShown.value) runbookShown.value = false;
  else if (dropPicking()) return;
  else if (filter.value !== "") filter.value = "";
  else if (range.value !== undefined) showAll();
  else openRows.value = new Set();
}

function move(by: 1 | -1, wanted: (ending: string) => boolean): void {
  const rows = visibleRows.value;
  let at = rows.findIndex(({ id }) => id === cursor.value);
  if (at < 0 && by < 0) at = rows.length;
  do at += by;
  while (at >= 0 && at < rows.length && !wanted(rows[at]?.ending ?? ""));
  const row = rows[at];
  if (row === undefined) return;
  cursor.value = row.id;
  requestAnimationFrame(() => document.getElementById(`row-${row.id}`)?.focus());
}

/** In the list of calls: its rows are one stop of the Tab key, and the arrows walk through them. */
export function walkRows(event: KeyboardEvent): void {
  const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : undefined;
  if (by === undefined) return;
  event.preventDefault();
  move(by, () => true);
}

function isNotClean(ending: string): boolean {
  return ending !== "clean" && ending !== "open";
}

export function toggleDetails(): void {
  const id = cursor.value;
  if (id === undefined) return;
  const open = new Set(openRows.value);
  if (!open.delete(id)) open.add(id);
  openRows.value = open;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}

function isButton(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("button, a, summary") !== null;
}
