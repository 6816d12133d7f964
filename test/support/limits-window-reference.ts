/**
 * A slow reference for windows that start again from nothing. It keeps everything that ever happened and replays it from
 * the beginning for each question, in whole numbers. Nothing of it is shared with the implementation, which keeps a running count.
 */
export interface ReferenceWindow {
  /** What is counted at this moment, and when the window is over; undefined while none is open. */
  at(nowMs: number): { used: number; endsAtMs: number | undefined };
  charge(amount: number, nowMs: number): number;
  /** Corrects a charge: less is given back only while its own window is open, more is a charge of now. */
  settle(index: number, amount: number, nowMs: number): void;
}

type Happening = { atMs: number; amount: number } | { atMs: number; correctionOf: number; by: number };

export function createReferenceWindow(windowMs: number): ReferenceWindow {
  const happenings: Happening[] = [];

  /** All windows there ever were, each with the charges that fell into it. */
  function windowsUntil(nowMs: number) {
    const windows: { fromMs: number; members: Set<number>; used: number }[] = [];
    happenings.forEach((one, index) => {
      if (one.atMs > nowMs) return;
      const current = windows.findLast(({ fromMs }) => one.atMs < fromMs + windowMs);
      if ("amount" in one) {
        const window = current ?? { fromMs: one.atMs, members: new Set<number>(), used: 0 };
        if (window !== current) windows.push(window);
        window.members.add(index);
        window.used += one.amount;
      } else if (current?.members.has(one.correctionOf)) current.used -= one.by;
    });
    return windows;
  }

  return {
    at(nowMs) {
      const open = windowsUntil(nowMs).findLast(({ fromMs }) => nowMs < fromMs + windowMs);
      return { used: open?.used ?? 0, endsAtMs: open && open.fromMs + windowMs };
    },
    charge(amount, atMs) {
      return happenings.push({ atMs, amount }) - 1;
    },
    settle(index, amount, atMs) {
      const charged = happenings[index];
      if (charged === undefined || !("amount" in charged)) throw new Error("no such charge");
      if (amount > charged.amount) happenings.push({ atMs, amount: amount - charged.amount });
      else happenings.push({ atMs, correctionOf: index, by: charged.amount - amount });
    },
  };
}
