import type { ReportedExpectation } from "../../src/core/report.ts";
import { judge } from "../../src/expectations/index.ts";
import { foldHistory } from "../../src/history/index.ts";
import type { Story } from "../support/events.ts";

/** The one verdict of a story; the log goes through JSON first, as it does on its way to a report. */
export function judged(told: Story): ReportedExpectation {
  const [only] = judge(foldHistory(JSON.parse(JSON.stringify(told.events))));
  if (only === undefined) throw new Error("the story expects nothing");
  return only;
}
