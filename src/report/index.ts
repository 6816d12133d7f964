import type { Report } from "../core/report.ts";
import { renderHtml } from "./html/index.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";

export { buildReport } from "./build.ts";
export { compareRuns } from "./compare/index.ts";
export { comparisonFileSchema } from "./comparison-schema.ts";
export { exitCodeOf, worstExitCode } from "./exit-code.ts";
export { annotations, repeatsSummary, stepSummary } from "./github.ts";
export { renderComparison } from "./json.ts";
export { reportFileSchema } from "./json-schema.ts";
export { renderJunitOfAll } from "./junit.ts";
export { notExercised } from "./not-concluded.ts";
export { parseReport } from "./read-json.ts";
export { type Repeat, summariseRepeats } from "./repeats.ts";
export { repeatsFileSchema } from "./repeats-schema.ts";
export { bitesFirst, headroom, limitsChanged, profileSentence, verdictSentence } from "./sentences/index.ts";

/** File name → how it is written. A new format is one file and one line here. */
export const renderers: ReadonlyMap<string, (report: Report) => string> = new Map([
  ["report.json", renderJson],
  ["runbook.md", renderMarkdown],
  ["runbook.html", renderHtml],
  ["junit.xml", renderJunit],
]);
