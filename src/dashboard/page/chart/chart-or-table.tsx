import { clockTime } from "../../words.ts";
import { NOTHING } from "../format.ts";
import { range } from "../range.ts";
import { asTables } from "../state.ts";
import type { Charted } from "./geometry.ts";
import { LineChart } from "./line-chart.tsx";

export interface ChartOrTableProps extends Charted {
  id: string;
  title: string;
  height: number;
  format(value: number): string;
}

/** A chart, or its numbers as a table for who asked for that. */
export function ChartOrTable(props: ChartOrTableProps) {
  if (asTables.value) return <ChartTable {...props} />;
  const last = props.points.at(-1);
  const values = props.lines.map(({ label, read }) => {
    const value = last === undefined ? null : read(last);
    return `${label} ${value === null ? "not measured" : props.format(value)}`;
  });
  const rules = props.rules.map(({ label }) => ` Rule: ${label}.`).join("");
  return (
    <LineChart
      {...props}
      description={`${range.value === undefined ? "Now" : "At its end"} ${values.join(", ")}.${rules} Press t for a table.`}
    />
  );
}

const MOST_SECONDS = 180;
const EACH_MS = 10_000;
const MOST_ROWS = 60;

/** Every tenth second of the last three minutes; of a range that is short, every one. */
function ChartTable({ title, points, lines, rules, format }: ChartOrTableProps) {
  const isShort = range.value !== undefined && points.length <= MOST_ROWS;
  const rows = points
    .slice(-MOST_SECONDS)
    .filter(({ atMs }, index, all) => isShort || atMs % EACH_MS === 0 || index === all.length - 1);
  return (
    <>
      <table class="figures">
        <caption class="sr">{title}</caption>
        <thead>
          <tr>
            <th scope="col">at</th>
            {lines.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((point) => (
            <tr key={point.atMs}>
              <th scope="row">{clockTime(point.atMs)}</th>
              {lines.map(({ label, read }) => {
                const value = read(point);
                return <td key={label}>{value === null ? NOTHING : format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rules.length > 0 && <p class="quiet">{rules.map(({ label }) => `rule: ${label}`).join(" · ")}</p>}
    </>
  );
}
