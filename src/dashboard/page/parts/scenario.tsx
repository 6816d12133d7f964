import type { PhaseRow } from "../../view.ts";
import { clockTime, shortDuration } from "../../words.ts";
import { nextPhase, startScenario, stopScenario } from "../actions.ts";
import { dragToPick, isEndOfDrag } from "../pick-time.ts";
import { picking, range, showAll, showRange } from "../range.ts";
import { isOver, mayControl, nowMs, view } from "../state.ts";
import { Region } from "./region.tsx";

/** What is being done now, and what comes next? */
export function Scenario() {
  const rows = view.value?.scenario ?? [];
  const next = rows.find(({ state }) => state === "next");
  const note = next?.fromMs === undefined ? undefined : `next: ${next.name} in ${clockTime(next.fromMs - nowMs.value)}`;
  return (
    <Region id="scenario" title="Scenario" note={isOver.value ? undefined : note}>
      {rows.length === 0 ? (
        <p class="quiet">No scenario: faults are put in by hand, below.</p>
      ) : (
        <ol class="timeline" {...dragToPick(timeOver)}>
          {rows.map((row) => (
            <Phase key={row.name} row={row} />
          ))}
        </ol>
      )}
      {mayControl.value && rows.length > 0 && !isOver.value && <Controls rows={rows} />}
    </Region>
  );
}

/** What an unknown length is drawn as. */
const SOME_MS = 30_000;

function Phase({ row }: { row: PhaseRow }) {
  const { state, fromMs, toMs, lastsMs, faults } = row;
  const length = fromMs !== undefined && toMs !== undefined ? toMs - fromMs : (lastsMs ?? SOME_MS);
  const shareDone = state === "now" && fromMs !== undefined ? Math.min(1, (nowMs.value - fromMs) / length) : undefined;
  const times = fromMs === undefined ? (lastsMs === undefined ? "" : shortDuration(lastsMs)) : clockTime(fromMs);
  return (
    <li
      data-from={state === "next" ? undefined : fromMs}
      data-length={length}
      class={`phase is-${state} ${faults.length > 0 ? "hatched" : ""}`}
      style={{ flexGrow: String(Math.max(1, Math.sqrt(length / 1_000))) }}
      title={faults.join("; ")}
      aria-current={state === "now" ? "step" : undefined}
    >
      <Picked fromMs={fromMs} length={length} />
      <Plate row={row} />
      <span class="quiet number time">{times}</span>
      {shareDone !== undefined && <span class="now" style={{ left: `${shareDone * 100}%` }} aria-hidden="true" />}
    </li>
  );
}

/** The phase's name, which shows its time alone once it has begun. */
function Plate({ row: { name, state, fromMs, toMs, faults } }: { row: PhaseRow }) {
  const shown = range.value;
  const isShown = shown !== undefined && shown.phase === name;
  const show = () => {
    if (isEndOfDrag() || fromMs === undefined) return;
    if (isShown) showAll();
    else showRange({ fromMs, toMs: toMs ?? nowMs.value }, name);
  };
  return (
    <button type="button" class="plate" aria-pressed={isShown} disabled={state === "next"} onClick={show}>
      {state === "done" && "✓ "}
      {state === "now" && "▶ "}
      <strong>{name}</strong>
      {faults.length > 0 && <span class="does"> ▨ {faults.join("; ")}</span>}
    </button>
  );
}

/** The stretch of time that is picked or shown, over the phase. */
function Picked({ fromMs, length }: { fromMs: number | undefined; length: number }) {
  const span = picking.value ?? range.value;
  if (span === undefined || fromMs === undefined) return null;
  const left = Math.max(0, (span.fromMs - fromMs) / length);
  const right = Math.min(1, (span.toMs - fromMs) / length);
  if (right <= left) return null;
  return (
    <span class="picked" style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }} aria-hidden="true" />
  );
}

/** Each phase has a scale of its own. */
function timeOver({ clientX, currentTarget }: PointerEvent): number | undefined {
  if (!(currentTarget instanceof Element)) return undefined;
  for (const phase of currentTarget.querySelectorAll<HTMLElement>("[data-from]")) {
    const { left, right, width } = phase.getBoundingClientRect();
    const share = (clientX - left) / width;
    if (clientX < left || clientX > right) continue;
    return Number(phase.dataset["from"]) + share * Number(phase.dataset["length"]);
  }
  return undefined;
}

function Controls({ rows }: { rows: readonly PhaseRow[] }) {
  const playing = rows.some(({ state }) => state === "now");
  const begun = rows.some(({ state }) => state !== "next");
  const isRun = view.value?.head.mode === "run";
  return (
    <p class="controls">
      {!begun && !isRun && (
        <button type="button" onClick={() => void startScenario()}>
          ▶ start
        </button>
      )}
      {playing && (
        <button type="button" onClick={() => void nextPhase()}>
          » next phase
        </button>
      )}
      {playing && (
        <button type="button" onClick={() => void stopScenario()}>
          ■ stop scenario
        </button>
      )}
    </p>
  );
}
