import { type Viewer, viewNotification } from "../../control/index.ts";
import type { Clock } from "../../core/clock.ts";
import { diffView, type FinalReport, type ViewMessage } from "../../dashboard/patch.ts";
import type { View } from "../../dashboard/view.ts";

/** At most four pictures a second. */
const STEP_MS = 250;
/** Making pictures takes at most this share of the loop, which belongs to the calls. */
const MOST_SHARE = 0.02;
/** A viewer who has not read that much yet is not sent changes; it gets the whole picture when it has caught up. */
const BEHIND_BYTES = 256 * 1_024;

/** One picture of the run for all who watch it, and none while nobody does. */
export interface ViewFeed {
  /** The whole picture at once, then what changes. */
  watch(viewer: Viewer): () => void;
  /** Shows the last picture and the report, and stops. */
  finish(report: FinalReport | undefined): void;
}

export interface ViewFeedOptions {
  clock: Clock;
  /** Makes the picture of this moment. */
  view(): View;
}

export function createViewFeed({ clock, view: take }: ViewFeedOptions): ViewFeed {
  const viewers = new Map<Viewer, "new" | "current">();
  let last: View | undefined;
  let cancel: (() => void) | undefined;
  let final: FinalReport | undefined;

  const show = (): void => {
    const before = last;
    const view = take();
    last = view;
    const changes = before === undefined ? undefined : bytesOf({ patch: diffView(before, view) });
    let whole: Uint8Array | undefined;
    for (const [viewer, state] of viewers) {
      if (viewer.unreadBytes() > BEHIND_BYTES) viewers.set(viewer, "new");
      else if (state === "current" && changes !== undefined) viewer.send(changes);
      else {
        whole ??= bytesOf({ full: view });
        viewers.set(viewer, "current");
        viewer.send(whole);
      }
    }
  };
  const step = (): void => {
    cancel = undefined;
    if (viewers.size === 0) return;
    const startedAtMs = clock.nowMs();
    show();
    const tookMs = clock.nowMs() - startedAtMs;
    cancel = clock.after(Math.max(STEP_MS, tookMs / MOST_SHARE), step);
  };

  return {
    watch(viewer) {
      viewers.set(viewer, "new");
      if (final === undefined) cancel ??= clock.after(0, step);
      else {
        viewer.send(bytesOf({ full: last ?? take() }));
        viewer.send(bytesOf({ report: final }));
      }
      return () => void viewers.delete(viewer);
    },
    finish(report) {
      cancel?.();
      cancel = undefined;
      final = report;
      if (report === undefined && viewers.size === 0) return;
      // Also while nobody watches: who comes later gets this one.
      show();
      if (report === undefined) return;
      for (const viewer of viewers.keys()) viewer.send(bytesOf({ report }));
    },
  };
}

function bytesOf(message: ViewMessage): Uint8Array {
  return viewNotification(JSON.stringify(message));
}
