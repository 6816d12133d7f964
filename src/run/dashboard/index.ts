import { z } from "zod";
import type { ControlResult, Viewer } from "../../control/index.ts";
import type { Report } from "../../core/report.ts";
import type { FinalReport } from "../../dashboard/patch.ts";
import { faults } from "../../faults/index.ts";
import { renderers, verdictSentence } from "../../report/index.ts";
import type { Session } from "../session.ts";
import { createViewFeed } from "./feed.ts";
import { judgedRows } from "./judged.ts";
import { openPicture } from "./picture.ts";

export { openPicture, type Picture } from "./picture.ts";
export { dashboardRoutes } from "./routes.ts";
export { sampleCallRoute } from "./sample-call.ts";

/** The dashboard's side of a session: the picture for all who watch, judged on the way while somebody does. */
export interface Dashboard {
  watch(viewer: Viewer): () => void;
  /** The last thing that its viewers get: the final verdict, and the runbook to read in place. */
  finish(report: Report, folder: string): void;
  close(): Promise<void>;
}

export function createDashboard(session: Session): Dashboard {
  const picture = openPicture(session);
  const feed = createViewFeed({ clock: session.clock, view: picture.view });
  return {
    watch: feed.watch,
    finish(report, path) {
      const { verdict, stopped, expectations } = report;
      const rows = judgedRows(expectations, () => undefined);
      picture.judged(rows, report.durationMs);
      const runbook = renderers.get("runbook.html")?.(report) ?? "";
      const final: FinalReport = { verdict, stopped, sentence: verdictSentence(report), runbook, folder: path };
      feed.finish(final);
    },
    async close() {
      feed.finish(undefined);
      await picture.close();
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
