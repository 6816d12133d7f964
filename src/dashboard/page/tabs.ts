import { signal } from "@preact/signals";

/**
 * Tabs of one browser share one stream. Who has the lock holds the connection and tells the others; when its tab is closed, or
 * crashes, the browser gives the lock to the next. Where the browser has no locks (a page that came without TLS from another
 * machine), each tab holds a connection of its own.
 */

const NAME = "llm-chaos-stream";
const TICK_MS = 1_000;
/** Seconds of silence, seen by a tab that is looked at, until the leader is asked whether it lives, and until it is replaced. */
const ASK_AFTER = 5;
const REPLACE_AFTER = 10;
/** A fresh tab has nothing to show meanwhile. */
const FIRST_SILENCE = 7;

/** A tab may be put to sleep by its browser without losing the lock: silence tells. */
let silence = FIRST_SILENCE;
let giveUpWaiting = new AbortController();
/** Whether this tab holds the connection. */
export const leads = signal(false);

const canShare = "locks" in navigator && "BroadcastChannel" in globalThis;
/** Undefined: this tab is on its own. */
let channel = canShare ? new BroadcastChannel(NAME) : undefined;
let ticking: ReturnType<typeof setInterval> | undefined;
const untilLeft = Promise.withResolvers<void>();

export interface TabRole {
  lead(): void;
  /** Another tab has taken the connection over. */
  stepDown(): void;
  /** What another tab says. True: it came from the leader. */
  onMessage(message: unknown): boolean;
  /** The leader is silent and has to be asked. */
  onSilence(): void;
}

export function tellTabs(message: unknown): void {
  channel?.postMessage(message);
}

export function joinTabs(role: TabRole): void {
  if (channel === undefined) {
    leads.value = true;
    role.lead();
    return;
  }
  channel.onmessage = ({ data }) => {
    if (role.onMessage(data)) silence = 0;
  };
  waitForLead(role);
  ticking = setInterval(() => watch(role), TICK_MS);
}

/** What this tab shows is final: what comes to this address after it is for others. */
export function leaveTabs(): void {
  channel?.close();
  channel = undefined;
  clearInterval(ticking);
  leads.value = true;
  giveUpWaiting.abort();
  untilLeft.resolve();
}

function watch(role: TabRole): void {
  if (leads.value || document.hidden) return;
  silence++;
  if (silence === ASK_AFTER) role.onSilence();
  if (silence >= REPLACE_AFTER) takeLead(role);
}

function waitForLead(role: TabRole): void {
  giveUpWaiting = new AbortController();
  hold(role, { signal: giveUpWaiting.signal });
}

/** From a tab that sleeps, or one that is hidden and so is not let run when it should. */
export function takeLead(role: TabRole): void {
  silence = 0;
  giveUpWaiting.abort();
  hold(role, { steal: true });
}

function hold(role: TabRole, options: LockOptions): void {
  const held = navigator.locks.request(NAME, options, () => {
    leads.value = true;
    role.lead();
    return untilLeft.promise;
  });
  held.catch(() => {
    // No longer waited for; or taken away.
    if (!leads.value || channel === undefined) return;
    leads.value = false;
    silence = 0;
    role.stepDown();
    waitForLead(role);
  });
}
