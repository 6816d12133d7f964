import type { Health as HealthView } from "../../view.ts";
import { shortDuration } from "../../words.ts";
import { ChartOrTable } from "../chart/chart-or-table.tsx";
import type { ChartLine, RuleLine, Span } from "../chart/geometry.ts";
import { PickHint } from "../chart/time-marks.tsx";
import { NOTHING, percent } from "../format.ts";
import { shownPoints, shownSpan } from "../range.ts";
import { view } from "../state.ts";
import { Region } from "./region.tsx";

const TTFT: readonly ChartLine[] = [
  { label: "p95", tone: "ok", read: (point) => point.ttftP95Ms },
  { label: "p50", tone: "idle", dashed: true, read: (point) => point.ttftP50Ms },
];
const PACE: readonly ChartLine[] = [{ label: "p50", tone: "ok", read: (point) => point.itlMs }];
const FLIGHT: readonly ChartLine[] = [{ label: "open", tone: "ok", read: (point) => point.inFlight }];

const TALL = 150;
const LOW = 96;

/** How do users feel it? */
export function Health() {
  const health = view.value?.health;
  const points = shownPoints.value;
  const domain = shownSpan.value;
  const shown = { points, domain, rules: [] };
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
          {...shown}
          id="ttft"
          title="Time to first token"
          lines={TTFT}
          rules={ruleLines(domain)}
          height={TALL}
          format={shortDuration}
        />
      </figure>
      <div class="pair">
        <figure>
          <figcaption>
            Between tokens: <strong>{time(health?.itlP50Ms)}</strong>
          </figcaption>
          <ChartOrTable
            {...shown}
            id="itl"
            title="Time between tokens"
            lines={PACE}
            height={LOW}
            format={shortDuration}
          />
        </figure>
        <figure>
          <figcaption>
            Calls in flight: <strong>{health?.inFlight ?? NOTHING}</strong>
          </figcaption>
          <ChartOrTable {...shown} id="flight" title="Calls in flight" lines={FLIGHT} height={LOW} format={whole} />
        </figure>
      </div>
      <PickHint />
      {health !== undefined && <StatusMix statuses={health.statuses} />}
    </Region>
  );
}

/** There is no half a call. */
function whole(calls: number): string {
  return Number.isInteger(calls) ? String(calls) : "";
}

/** A rule of some phases is drawn while they last; of one whose times are not known yet it is not. */
function ruleLines(domain: Span): RuleLine[] {
  const phases = view.value?.scenario ?? [];
  return (view.value?.rules ?? []).map(({ label, mostMs, phases: names }) => ({
    label,
    value: mostMs,
    spans:
      names === undefined
        ? [domain]
        : phases.flatMap(({ name, fromMs, toMs }) =>
            names.includes(name) && fromMs !== undefined ? [{ fromMs, toMs: toMs ?? domain.toMs }] : [],
          ),
  }));
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
