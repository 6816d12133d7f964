import type { View } from "../../dashboard/view.ts";
import { createViewModel } from "../../dashboard/view-model.ts";
import type { Session } from "../session.ts";
import { createProvisionalJudge } from "./judge.ts";

/** The dashboard's picture of a session for one who looks from inside the same process: a terminal. */
export interface Picture {
  /** As it is now. Looking asks the judge for its provisional verdicts, which come with a later look. */
  view(): View;
  close(): Promise<void>;
}

export function openPicture(session: Session): Picture {
  const { clock, proxy, chooser, limiter, log, folder, options } = session;
  const model = createViewModel();
  const judge = createProvisionalJudge({
    eventsPath: folder.eventsPath,
    clock,
    onAnswer(answer) {
      if ("trouble" in answer) model.cannotJudge(answer.trouble);
      else model.judged(answer.judged, answer.atMs, false);
    },
  });
  for (const event of log.since(0)) model.fold(event);
  const unsubscribe = log.subscribe((event) => model.fold(event));
  return {
    view() {
      if (options.scenario.expect.length > 0) judge.ask();
      return model.view({
        nowMs: clock.nowMs(),
        proxyUrl: proxy.url,
        readings: limiter?.readings() ?? [],
        faults: chooser.active(),
      });
    },
    async close() {
      unsubscribe();
      await judge.close();
    },
  };
}
