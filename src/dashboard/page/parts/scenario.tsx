import type { PhaseRow } from "../../view.ts";
import { clockTime, shortDuration } from "../../words.ts";
import { nextPhase, startScenario, stopScenario } from "../actions.ts";
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
        <ol class="timeline">
          {rows.map((row) => (
            <Phase key={row.name} row={row} />
          ))}
        </ol>
      )}
      {mayControl.value && rows.length > 0 && !isOver.value && <Controls rows={rows} />}
    </Region>
  );
}

function Phase({ row }: { row: PhaseRow }) {
  const { name, state, fromMs, toMs, lastsMs, faults } = row;
  const length = fromMs !== undefined && toMs !== undefined ? toMs - fromMs : (lastsMs ?? 30_000);
  const shareDone = state === "now" && fromMs !== undefined ? Math.min(1, (nowMs.value - fromMs) / length) : undefined;
  const times = fromMs === undefined ? (lastsMs === undefined ? "" : shortDuration(lastsMs)) : clockTime(fromMs);
  return (
    <li
      class={`phase is-${state} ${faults.length > 0 ? "hatched" : ""}`}
      style={{ flexGrow: String(Math.max(1, Math.sqrt(length / 1_000))) }}
      title={faults.join("; ")}
      aria-current={state === "now" ? "step" : undefined}
    >
      <span class="plate">
        {state === "done" && "✓ "}
        {state === "now" && "▶ "}
        <strong>{name}</strong>
        {faults.length > 0 && <span class="does"> ▨ {faults.join("; ")}</span>}
      </span>
      <span class="quiet number time">{times}</span>
      {shareDone !== undefined && <span class="now" style={{ left: `${shareDone * 100}%` }} aria-hidden="true" />}
    </li>
  );
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
