import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as svg from "../../../report/svg/index.ts";
import type { SeriesPoint } from "../../view.ts";
import { clockTime } from "../../words.ts";
import { pointed } from "../state.ts";

export interface ChartLine {
  label: string;
  tone: "ok" | "near" | "bad" | "idle" | "fault";
  dashed?: boolean;
  read(point: SeriesPoint): number | null;
}

export interface LineChartProps {
  id: string;
  title: string;
  /** What a screen reader says instead of the picture. */
  description: string;
  points: readonly SeriesPoint[];
  lines: readonly ChartLine[];
  height: number;
  format(value: number): string;
}

const LEFT = 54;
const RIGHT = 78;
const TOP = 8;
const BOTTOM = 20;
const FAULT_FILL = { texture: "hatch", tone: "fault" } as const;

/** Lines over time; the seconds in which faults took effect are hatched behind them. */
export function LineChart(props: LineChartProps) {
  const { id, title, description, points, lines, height } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const plot = { x: LEFT, y: TOP, width: Math.max(40, width - LEFT - RIGHT), height: height - TOP - BOTTOM };
  const fromMs = points[0]?.atMs ?? 0;
  const toMs = Math.max(fromMs + 10_000, (points.at(-1)?.atMs ?? 0) + 1_000);
  const x = svg.linear([fromMs, toMs], [plot.x, plot.x + plot.width]);
  const marks = svg.ticks(highest(points, lines), height < 100 ? 2 : 3);
  const y = svg.linear([0, marks.at(-1) ?? 1], [plot.y + plot.height, plot.y]);
  const times = svg.timeTicks(fromMs, toMs, Math.max(2, Math.floor(plot.width / 80)));
  const point = (event: PointerEvent) => {
    const left = frame.current?.getBoundingClientRect().left ?? 0;
    const share = (event.clientX - left - plot.x) / plot.width;
    pointed.value = Math.round((fromMs + Math.min(1, Math.max(0, share)) * (toMs - fromMs)) / 1_000) * 1_000;
  };
  return (
    <div ref={frame} class="plot">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-labelledby={`${id}-title ${id}-desc`}
        class="chart"
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => {
          pointed.value = undefined;
        }}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-desc`}>{description}</desc>
        <g
          dangerouslySetInnerHTML={{ __html: backdrop({ id, plot, x, y, points, marks, times, format: props.format }) }}
        />
        {lines.map((line) => (
          <Line key={line.label} line={line} points={points} x={x} y={y} />
        ))}
        <EndLabels {...props} y={y} right={plot.x + plot.width} />
        <Pointed x={x} plot={plot} fromMs={fromMs} toMs={toMs} />
      </svg>
      <PointedValues {...props} />
    </div>
  );
}

function highest(points: readonly SeriesPoint[], lines: readonly ChartLine[]): number {
  let most = 0;
  for (const point of points) for (const { read } of lines) most = Math.max(most, read(point) ?? 0);
  return most;
}

/** Grid, times and fault bands: everything that only the shared module draws. */
function backdrop(parts: {
  id: string;
  plot: svg.Box;
  x: svg.Scale;
  y: svg.Scale;
  points: readonly SeriesPoint[];
  marks: readonly number[];
  times: readonly number[];
  format(value: number): string;
}): string {
  const { id, plot, x, y, points, marks, times, format } = parts;
  return [
    svg.textures(id, [FAULT_FILL]),
    ...bandsOf(points).map(({ fromMs, toMs }) => {
      const left = x(fromMs);
      return svg.band({ ...plot, x: left, width: Math.max(3, x(toMs) - left) }, "fault", id);
    }),
    svg.leftAxis(
      plot,
      y,
      marks.map((value) => ({ value, label: format(value) })),
    ),
    svg.bottomAxis(
      plot,
      x,
      times.map((value) => ({ value, label: clockTime(value) })),
    ),
  ].join("");
}

/** Seconds of quiet inside a fault's time that do not split its band. */
const BAND_GAP_MS = 5_000;

function bandsOf(points: readonly SeriesPoint[]): { fromMs: number; toMs: number }[] {
  const bands: { fromMs: number; toMs: number }[] = [];
  for (const { atMs, hits } of points) {
    if (hits === 0) continue;
    const last = bands.at(-1);
    if (last !== undefined && atMs - last.toMs <= BAND_GAP_MS) last.toMs = atMs + 1_000;
    else bands.push({ fromMs: atMs, toMs: atMs + 1_000 });
  }
  return bands;
}

function Line(props: { line: ChartLine; points: readonly SeriesPoint[]; x: svg.Scale; y: svg.Scale }) {
  const { line, points, x, y } = props;
  const dash = line.dashed === true ? "4 3" : undefined;
  return <path class={`line ${line.tone}`} d={pathOf(points, line, { x, y })} stroke-dasharray={dash} />;
}

const LABEL_HEIGHT = 13;

/** Each line's name and last value at its end, apart from each other. */
function EndLabels({ lines, points, format, y, right }: LineChartProps & { y: svg.Scale; right: number }) {
  const labels = lines
    .flatMap(({ label, read }) => {
      const last = points.findLast((point) => read(point) !== null);
      const value = last === undefined ? null : read(last);
      return value === null ? [] : [{ text: `${label} ${format(value)}`, y: y(value) + 4 }];
    })
    .sort((a, b) => b.y - a.y);
  let free = Number.POSITIVE_INFINITY;
  return (
    <g>
      {labels.map(({ text, y: wanted }) => {
        const at = Math.min(wanted, free);
        free = at - LABEL_HEIGHT;
        return (
          <text key={text} class="halo" x={svg.px(right + 5)} y={svg.px(at)}>
            {text}
          </text>
        );
      })}
    </g>
  );
}

/** One attribute, so that a new second costs no new elements. Null is a gap; a lonely point becomes a short dash. */
function pathOf(points: readonly SeriesPoint[], { read }: ChartLine, { x, y }: { x: svg.Scale; y: svg.Scale }): string {
  let path = "";
  let joined = false;
  for (const point of points) {
    const value = read(point);
    if (value === null) {
      joined = false;
      continue;
    }
    const place = `${svg.px(x(point.atMs))} ${svg.px(y(value))}`;
    path += joined ? `L${place}` : `M${place}h1`;
    joined = true;
  }
  return path;
}

function Pointed(props: { x: svg.Scale; plot: svg.Box; fromMs: number; toMs: number }) {
  const at = pointed.value;
  if (at === undefined || at < props.fromMs || at > props.toMs) return null;
  return <path class="axis" d={`M${svg.px(props.x(at))} ${props.plot.y}v${props.plot.height}`} />;
}

function PointedValues({ points, lines, format }: LineChartProps) {
  const at = pointed.value;
  const point = at === undefined ? undefined : points.find(({ atMs }) => atMs === at);
  if (point === undefined) return <p class="pointed quiet">&nbsp;</p>;
  const values = lines.map(({ label, read }) => {
    const value = read(point);
    return `${label} ${value === null ? "not measured" : format(value)}`;
  });
  return <p class="pointed quiet">{`at ${clockTime(point.atMs)}: ${values.join(", ")}`}</p>;
}

/** The chart is drawn in real pixels, so that its letters keep their size. */
function useWidth(frame: { current: HTMLDivElement | null }): number {
  const [width, setWidth] = useState(480);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 480)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}
