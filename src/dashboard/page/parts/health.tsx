import type { Health as HealthView, SeriesPoint } from "../../view.ts";
import { clockTime, shortDuration } from "../../words.ts";
import { type ChartLine, LineChart } from "../chart/line-chart.tsx";
import { NOTHING, percent } from "../format.ts";
import { asTables, view } from "../state.ts";
import { Region } from "./region.tsx";

const TTFT: readonly ChartLine[] = [
  { label: "p95", tone: "ok", read: (point) => point.ttftP95Ms },
  { label: "p50", tone: "idle", dashed: true, read: (point) => point.ttftP50Ms },
];
const PACE: readonly ChartLine[] = [{ label: "p50", tone: "ok", read: (point) => point.itlMs }];
const FLIGHT: readonly ChartLine[] = [{ label: "open", tone: "ok", read: (point) => point.inFlight }];

/** How do users feel it? */
export function Health() {
  const health = view.value?.health;
  const points = view.value?.series.points ?? [];
  const time = (value: number | undefined) => (value === undefined ? NOTHING : shortDuration(value));
  return (
    <Region
      id="health"
      title="Health"
      note={`in flight ${health?.inFlight ?? NOTHING} · waiting to retry ${health?.waiting ?? NOTHING} · shed ${health?.shedPerMinute ?? NOTHING}/min`}
    >
      <figure>
        <figcaption>
          First token, whole answers only: <strong>p95 {time(health?.ttftP95Ms)}</strong>, p50 {time(health?.ttftP50Ms)}
          <span class="quiet"> in the last 30 s</span>
        </figcaption>
        <ChartOrTable
          id="ttft"
          title="Time to first token"
          points={points}
          lines={TTFT}
          height={150}
          format={shortDuration}
        />
      </figure>
      <div class="pair">
        <figure>
          <figcaption>
            Between tokens: <strong>{time(health?.itlP50Ms)}</strong>
          </figcaption>
          <ChartOrTable
            id="itl"
            title="Time between tokens"
            points={points}
            lines={PACE}
            height={96}
            format={shortDuration}
          />
        </figure>
        <figure>
          <figcaption>
            Calls in flight: <strong>{health?.inFlight ?? NOTHING}</strong>
          </figcaption>
          <ChartOrTable
            id="flight"
            title="Calls in flight"
            points={points}
            lines={FLIGHT}
            height={96}
            format={String}
          />
        </figure>
      </div>
      {health !== undefined && <StatusMix statuses={health.statuses} />}
    </Region>
  );
}

function ChartOrTable(props: {
  id: string;
  title: string;
  points: readonly SeriesPoint[];
  lines: readonly ChartLine[];
  height: number;
  format(value: number): string;
}) {
  if (asTables.value) return <ChartTable {...props} />;
  const last = props.points.at(-1);
  const values = props.lines.map(({ label, read }) => {
    const value = last === undefined ? null : read(last);
    return `${label} ${value === null ? "not measured" : props.format(value)}`;
  });
  return <LineChart {...props} description={`Now ${values.join(", ")}. Press t for a table.`} />;
}

/** Every tenth second of the last three minutes. */
function ChartTable({ title, points, lines, format }: Parameters<typeof ChartOrTable>[0]) {
  const rows = points.slice(-180).filter(({ atMs }, index, all) => atMs % 10_000 === 0 || index === all.length - 1);
  return (
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
  );
}

const TONES = { ok: "ok", refused: "near", bad: "bad", left: "idle" } as const;
const GLYPHS = { ok: "✓", refused: "▲", bad: "✗", left: "◌" } as const;

function StatusMix({ statuses }: { statuses: HealthView["statuses"] }) {
  const total = statuses.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return <p class="quiet">No reply in the last minute.</p>;
  return (
    <div class="mix">
      <div class="mixbar" aria-hidden="true">
        {statuses.map(({ label, count, kind }) => (
          <span key={label} class={`mixpart tone-${TONES[kind]}`} style={{ flexGrow: String(count) }} />
        ))}
      </div>
      <ul aria-label="Replies in the last minute">
        {statuses.map(({ label, count, kind }) => (
          <li key={label} class={`tone-${TONES[kind]}`}>
            <span aria-hidden="true">{GLYPHS[kind]}</span> {label} <strong class="number">{count}</strong>
            <span class="quiet"> {percent(count / total)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
