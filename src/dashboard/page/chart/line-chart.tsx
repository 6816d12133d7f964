import { useLayoutEffect, useRef, useState } from "preact/hooks";
import * as svg from "../../../report/svg/index.ts";
import type { SeriesPoint } from "../../view.ts";
import { clockTime } from "../../words.ts";
import { dragToPick, dropPicking, pickByKeys, pickedWords } from "../pick-time.ts";
import { range } from "../range.ts";
import { pointed } from "../state.ts";
import { backdrop } from "./backdrop.ts";
import { EndLabels } from "./end-labels.tsx";
import { type Charted, type ChartLine, type Geometry, geometryOf } from "./geometry.ts";
import { RuleLines } from "./rule-lines.tsx";
import { TimeMarks } from "./time-marks.tsx";

export interface LineChartProps extends Charted {
  id: string;
  title: string;
  /** What a screen reader says instead of the picture. */
  description: string;
  height: number;
  format(value: number): string;
}

/** Lines over time; the seconds in which faults took effect are hatched behind them. */
export function LineChart(props: LineChartProps) {
  const { id, title, description, points, lines, rules, height, format } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const geometry = geometryOf(props, width, height);
  const { plot, domain } = geometry;
  const timeAt = ({ clientX }: PointerEvent) => {
    const left = frame.current?.getBoundingClientRect().left ?? 0;
    const share = Math.min(1, Math.max(0, (clientX - left - plot.x) / plot.width));
    return Math.round((domain.fromMs + share * (domain.toMs - domain.fromMs)) / 1_000) * 1_000;
  };
  const at = pointed.value;
  const point = at === undefined ? undefined : points.find(({ atMs }) => atMs === at);
  const words = point === undefined ? undefined : pointWords(point, lines, format);
  return (
    <div
      ref={frame}
      class="plot"
      role="slider"
      tabIndex={0}
      aria-label={`${title}, at a time`}
      aria-describedby={`${id}-desc`}
      aria-valuemin={domain.fromMs / 1_000}
      aria-valuemax={domain.toMs / 1_000}
      aria-valuenow={Math.min(domain.toMs, Math.max(domain.fromMs, at ?? domain.toMs)) / 1_000}
      aria-valuetext={pickedWords() ?? words ?? "no time chosen"}
      onKeyDown={pickByKeys}
      onBlur={leave}
    >
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-labelledby={`${id}-title ${id}-desc`}
        class="chart"
        {...chartPointer(timeAt)}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-desc`}>{description}</desc>
        <g dangerouslySetInnerHTML={{ __html: backdrop(props, geometry) }} />
        {lines.map((line) => (
          <Line key={line.label} line={line} points={points} geometry={geometry} />
        ))}
        <RuleLines rules={rules} geometry={geometry} />
        <EndLabels lines={lines} points={points} geometry={geometry} format={format} />
        {points.every((one) => lines.every(({ read }) => read(one) === null)) && (
          <text class="halo" x={plot.x + plot.width / 2} y={plot.y + plot.height / 2} text-anchor="middle">
            {range.value === undefined ? "nothing measured yet" : "nothing measured in this time"}
          </text>
        )}
        <TimeMarks geometry={geometry} />
      </svg>
      <p class="pointed quiet">{pickedWords() ?? words ?? "\u00a0"}</p>
    </div>
  );
}

function Line({ line, points, geometry }: { line: ChartLine; points: readonly SeriesPoint[]; geometry: Geometry }) {
  const dash = line.dashed === true ? "4 3" : undefined;
  return <path class={`line ${line.tone}`} d={pathOf(points, line, geometry)} stroke-dasharray={dash} />;
}

/** One attribute, so that a new second costs no new elements. Null is a gap; a lonely point becomes a short dash. */
function pathOf(points: readonly SeriesPoint[], { read }: ChartLine, { x, y }: Geometry): string {
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

function leave(): void {
  pointed.value = undefined;
  dropPicking();
}

function chartPointer(timeAt: (event: PointerEvent) => number) {
  const drag = dragToPick(timeAt);
  const point = (event: PointerEvent) => {
    pointed.value = timeAt(event);
  };
  return {
    ...drag,
    onPointerDown(event: PointerEvent) {
      point(event);
      drag.onPointerDown(event);
    },
    onPointerMove(event: PointerEvent) {
      point(event);
      drag.onPointerMove(event);
    },
    onPointerLeave({ pointerType }: PointerEvent) {
      // A finger that is lifted leaves too: what it tapped stays.
      if (pointerType !== "touch") pointed.value = undefined;
    },
  };
}

/** `at 2:14: p95 5.2 s, p50 0.9 s` */
function pointWords(point: SeriesPoint, lines: readonly ChartLine[], format: (value: number) => string): string {
  const values = lines.map(({ label, read }) => {
    const value = read(point);
    return `${label} ${value === null ? "not measured" : format(value)}`;
  });
  return `at ${clockTime(point.atMs)}: ${values.join(", ")}`;
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
