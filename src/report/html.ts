import type { Report } from "../core/report.ts";
import { renderMarkdown } from "./markdown.ts";
import { escapeMarkup } from "./markup.ts";

/** runbook.html: one file, no network, no script. */
export function renderHtml(report: Report): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeMarkup(report.scenario)}</title><pre>${escapeMarkup(renderMarkdown(report))}</pre></html>\n`;
}
