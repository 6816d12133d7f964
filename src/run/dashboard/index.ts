import { z } from "zod";
import type { ControlResult, Viewer } from "../../control/index.ts";
import type { Report } from "../../core/report.ts";
import type { FinalReport } from "../../dashboard/patch.ts";
import { faults } from "../../faults/index.ts";
import { renderers, verdictSentence } from "../../report/index.ts";
import type { Session } from "../session.ts";
import { createViewFeed } from "./feed.ts";
import { judgedRows } from "./judged.ts";
import { judgeFor, momentOf } from "./look.ts";

export { openPicture, type Picture } from "./picture.ts";
export { dashboardRoutes } from "./routes.ts";

/** The dashboard's side of a session: the picture for all who watch, judged on the way while somebody does. */
export interface Dashboard {
  watch(viewer: Viewer): () => void;
  /** The last thing that its viewers get: the final verdict, and the runbook to read in place. */
  finish(report: Report, folder: string): void;
  close(): Promise<void>;
}

export function createDashboard(session: Session): Dashboard {
  const { clock, log } = session;
  const judge = judgeFor(session, () => feed.model);
  const feed = createViewFeed({ clock, moment: () => momentOf(session), onPicture: judge.ask });
  // What happened before the control channel opened: the start itself.
  for (const event of log.since(0)) feed.fold(event);
  const unsubscribe = log.subscribe(feed.fold);
  return {
    watch: feed.watch,
    finish(report, path) {
      const { verdict, stopped, expectations } = report;
      feed.model.judged(
        judgedRows(expectations, () => undefined),
        report.durationMs,
        true,
      );
      const runbook = renderers.get("runbook.html")?.(report) ?? "";
      const final: FinalReport = { verdict, stopped, sentence: verdictSentence(report), runbook, folder: path };
      feed.finish(final);
    },
    async close() {
      unsubscribe();
      feed.finish(undefined);
      await judge.close();
    },
  };
}

/** What `faults.describe` answers: made from what checks an injected fault, so that a form cannot ask for anything else. */
export function describeFaults(): ControlResult<"faults.describe">["faults"] {
  return [...faults.values()].map(({ name, summary, params }) => ({
    name,
    summary,
    params: z.toJSONSchema(params, { io: "input", unrepresentable: "any" }),
  }));
}
