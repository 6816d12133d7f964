import { batch, computed, signal } from "@preact/signals";
import type { FinalReport } from "../patch.ts";
import type { CallRow, Calls, View } from "../view.ts";

/** Everything the page knows. Signals, so that a part is drawn again only when what it shows has changed. */

export type Connection =
  | { state: "loading" }
  /** Nobody has logged in; `why` after a failed attempt. */
  | { state: "login"; why: string | undefined }
  | { state: "open" }
  | { state: "lost"; attempts: number };

export interface Visitor {
  name: string;
  role: "control" | "spectator";
}

export const connection = signal<Connection>({ state: "loading" });
/** Who the page is, as the server says. */
export const session = signal<Visitor | undefined>(undefined);
export const view = signal<View | undefined>(undefined);
export const report = signal<FinalReport | undefined>(undefined);
/** When the last message came, by this machine's clock. */
export const heardAt = signal(0);
/** Ticks twice a second, for ages and countdowns. */
export const now = signal(Date.now());

export const mayControl = computed(() => session.value?.role === "control");
export const isOver = computed(() => ["ended", "stopped"].includes(view.value?.head.state ?? ""));
/** The server's clock, run on by ours between two messages. */
export const nowMs = computed(() => {
  const head = view.value?.head;
  if (head === undefined) return 0;
  return isOver.value ? head.nowMs : head.nowMs + Math.max(0, now.value - heardAt.value);
});

/** The view stands still while the run goes on. */
export const frozen = signal<{ calls: Calls; rows: readonly CallRow[] } | undefined>(undefined);
export const filter = signal("");
/** Rows with their details open, and the row of the keyboard. */
export const openRows = signal<ReadonlySet<string>>(new Set());
export const cursor = signal<string | undefined>(undefined);
export const asTables = signal(false);
export const runbookShown = signal(false);
export const dialog = signal<"help" | "inject" | undefined>(undefined);
/** What came of the last command; shown for a while, and said aloud. */
export const announcement = signal("");
/** The newest change of the run, for who listens: at most one in five seconds. */
export const news = signal("");
export const lettersOn = signal(localStorage.getItem("llm-chaos-letters") !== "off");
/** Time under the pointer, shared by all charts. */
export const pointed = signal<number | undefined>(undefined);

export function askForLogin(why: string | undefined): void {
  batch(() => {
    session.value = undefined;
    connection.value = { state: "login", why };
  });
}
