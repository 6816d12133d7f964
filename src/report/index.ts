import type { Report } from "../core/report.ts";
import { renderHtml } from "./html/index.ts";
import { renderJson } from "./json.ts";
import { renderJunit } from "./junit.ts";
import { renderMarkdown } from "./markdown.ts";

export { buildReport } from "./build.ts";
export { compareRuns } from "./compare/index.ts";
export { exitCodeOf } from "./exit-code.ts";
export { reportFileSchema } from "./json-schema.ts";
export { parseReport } from "./read-json.ts";

/** File name → how it is written. A new format is one file and one line here. */
export const renderers: ReadonlyMap<string, (report: Report) => string> = new Map([
  ["report.json", renderJson],
  ["runbook.md", renderMarkdown],
  ["runbook.html", renderHtml],
  ["junit.xml", renderJunit],
]);
