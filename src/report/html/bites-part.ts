import type { Report } from "../../core/report.ts";
import { utilisationChart } from "../charts/index.ts";
import { escapeMarkup } from "../markup.ts";
import type { LimitLine, Page } from "../sentences/index.ts";
import { type Cell, inBrackets, paragraph, table } from "./parts.ts";

interface Column {
  name: string;
  cell(line: LimitLine): Cell;
}

/** Which limit bites first, and of each one: its use over time, whether it was met, and where it is used up. */
export function bitesPart(report: Report, { bites: { lead, limits, headroom, changed } }: Page): string[] {
  const columns = columnsOf(report, limits);
  const rows = limits.map((line) => columns.map(({ cell }) => cell(line)));
  const header = columns.map(({ name }) => name);
  return [
    paragraph(lead, "lead"),
    rows.length === 0 ? "" : table(header, rows, { caption: "Limits", style: "limits" }),
    paragraph(`Headroom, ${headroom}.`),
    changed === "" ? "" : paragraph(changed),
  ];
}

function columnsOf(report: Report, limits: readonly LimitLine[]): Column[] {
  const overTime: Column = {
    name: "use over time",
    cell: ({ id, dimension, shares }) => ({
      html: utilisationChart(report, { id: `use-${id}`, name: dimension, shares }),
    }),
  };
  return [
    { name: "limit on", cell: ({ dimension }) => ({ html: escapeMarkup(dimension) }) },
    ...(limits.some(({ shares }) => shares.length > 0) ? [overTime] : []),
    { name: "peak, measured", cell: ({ peak }) => ({ html: peak, number: true }) },
    { name: "wall, measured", cell: ({ hit, first }) => ({ html: metOrNot(hit, first) }) },
    { name: "exhausted at, computed", cell: ({ exhaustedAt }) => ({ html: exhaustedAt, number: true }) },
    { name: "limit", cell: ({ limit }) => ({ html: limit, number: true }) },
    { name: "from", cell: ({ source }) => ({ html: escapeMarkup(source) }) },
  ];
}

function metOrNot(hit: boolean, { when, events }: LimitLine["first"]): string {
  if (!hit) return '<span class="mark ok">✓ not met</span>';
  return `<span class="mark bad">✗ met</span> ${when}${inBrackets(events)}`;
}
