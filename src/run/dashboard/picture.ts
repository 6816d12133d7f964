import type { View } from "../../dashboard/view.ts";
import { createViewModel } from "../../dashboard/view-model.ts";
import type { Session } from "../session.ts";
import { judgeFor, momentOf } from "./look.ts";

/** The dashboard's picture of a session for one who looks from inside the same process: a terminal. */
export interface Picture {
  /** As it is now. Looking asks the judge for its provisional verdicts, which come with a later look. */
  view(): View;
  close(): Promise<void>;
}

export function openPicture(session: Session): Picture {
  const { log } = session;
  const model = createViewModel();
  const judge = judgeFor(session, () => model);
  for (const event of log.since(0)) model.fold(event);
  const unsubscribe = log.subscribe((event) => model.fold(event));
  return {
    view() {
      judge.ask();
      return model.view(momentOf(session));
    },
    async close() {
      unsubscribe();
      await judge.close();
    },
  };
}
