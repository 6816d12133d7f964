import type { Moment } from "../../dashboard/view.ts";
import type { ViewModel } from "../../dashboard/view-model.ts";
import type { Session } from "../session.ts";
import { createProvisionalJudge, type ProvisionalJudge } from "./judge.ts";

/** What no event tells of a session, as it is now. */
export function momentOf({ clock, proxy, limiter, chooser, scrubber }: Session): Moment {
  return {
    nowMs: clock.nowMs(),
    proxyUrl: proxy.url,
    readings: limiter?.readings() ?? [],
    // A filled placeholder may stand in a rule's words.
    faults: chooser.active().map((fault) => ({ ...fault, explained: scrubber.scrub(fault.explained) })),
  };
}

/** Judges a session on the way, until the report does. Without expectations there is nothing to ask. */
export function judgeFor(session: Session, model: ViewModel): ProvisionalJudge & { end(): void } {
  let ended = false;
  const judge = createProvisionalJudge({
    eventsPath: session.folder.eventsPath,
    clock: session.clock,
    onAnswer(answer) {
      if (ended) return;
      if ("trouble" in answer) model.cannotJudge(answer.trouble);
      else model.judged(answer.judged, answer.atMs, false);
    },
  });
  return {
    ask() {
      if (!ended && session.playing().expect.length > 0) judge.ask();
    },
    end() {
      ended = true;
    },
    close: judge.close,
  };
}
