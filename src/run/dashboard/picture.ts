import type { Judged } from "../../dashboard/fold/judged.ts";
import type { View } from "../../dashboard/view.ts";
import { createViewModel } from "../../dashboard/view-model.ts";
import type { Session } from "../session.ts";
import { judgeFor, momentOf } from "./look.ts";

/** The picture of a session, and the judge of its rules on the way. */
export interface Picture {
  /** As it is now. Looking asks the judge for its provisional verdicts, which come with a later look. */
  view(): View;
  /** The verdicts of the report, after which no provisional ones are taken. */
  judged(rows: readonly Judged[], atMs: number): void;
  /** Ends it with the last of those who opened it. */
  close(): Promise<void>;
}

interface Shared {
  picture: Picture;
  onlookers: number;
}

const open = new WeakMap<Session, Shared>();

/**
 * One picture and one judge for all who look at a session, the terminal and the dashboard: each event is folded once, and the
 * log is read by one process.
 */
export function openPicture(session: Session): Picture {
  const shared = open.get(session) ?? { picture: createPicture(session), onlookers: 0 };
  open.set(session, shared);
  shared.onlookers++;
  let closed = false;
  return {
    ...shared.picture,
    async close() {
      if (closed) return;
      closed = true;
      if (--shared.onlookers > 0) return;
      open.delete(session);
      await shared.picture.close();
    },
  };
}

function createPicture(session: Session): Picture {
  const { log } = session;
  const model = createViewModel();
  const judge = judgeFor(session, model);
  // What happened before: the start itself.
  for (const event of log.since(0)) model.fold(event);
  const unsubscribe = log.subscribe((event) => model.fold(event));
  return {
    view() {
      judge.ask();
      return model.view(momentOf(session));
    },
    judged(rows, atMs) {
      judge.end();
      model.judged(rows, atMs, true);
    },
    async close() {
      unsubscribe();
      await judge.close();
    },
  };
}
