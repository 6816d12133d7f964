import type { FaultRow } from "../../view.ts";
import { clockTime } from "../../words.ts";
import { removeFault, removeFaults } from "../actions.ts";
import { dialog, isOver, mayControl, nowMs, view } from "../state.ts";
import { Region } from "./region.tsx";

/** What are we doing to it, and does it land? */
export function Faults() {
  const faults = view.value?.faults ?? [];
  const active = faults.filter(({ state }) => state === "on").map(({ id }) => id);
  const on = active.length;
  return (
    <Region id="faults" title="Active faults" note={on === 0 ? "none" : `${on} on`} action={<InjectButton />}>
      {faults.length > 0 && (
        <ul class="faults">
          {faults.map((row) => (
            <Fault key={`${row.id} ${row.state}`} row={row} />
          ))}
        </ul>
      )}
      {on > 1 && mayControl.value && !isOver.value && (
        <button type="button" class="small" onClick={() => void removeFaults(active)}>
          end all {on} now
        </button>
      )}
      {faults.length === 0 && <p class="quiet">Nothing is done to your calls: they pass as they are.</p>}
    </Region>
  );
}

function InjectButton() {
  if (!mayControl.value || isOver.value) return null;
  const open = () => {
    dialog.value = "inject";
  };
  return (
    <button type="button" class="small" onClick={open}>
      ▨ inject a fault…
    </button>
  );
}

function Fault({ row }: { row: FaultRow }) {
  const { id, fault, explained, state, hits, lost, endsAtMs, startsAtMs } = row;
  const when =
    state === "queued"
      ? startsAtMs === undefined
        ? "◌ queued"
        : `◌ queued, in ${clockTime(startsAtMs - nowMs.value)}`
      : endsAtMs === undefined
        ? "until its phase ends"
        : `ends in ${clockTime(endsAtMs - nowMs.value)}`;
  return (
    <li class={state === "on" ? "is-on" : ""}>
      <span class="swatch hatched" aria-hidden="true" />
      <strong>{explained}</strong>
      <span class="quiet"> {id === "" ? fault : id}</span>
      {state === "on" && (
        <span class={hits === 0 ? "tone-near" : ""}>
          {hits === 0 ? "▲ 0 hits" : hits === 1 ? "1 hit" : `${hits} hits`}
          {hits === 0 && lost === 0 && ": it meets no call yet"}
          {lost > 0 && `, ${lost} without effect`}
        </span>
      )}
      <span class="quiet">{when}</span>
      {state === "on" && mayControl.value && !isOver.value && (
        <button
          type="button"
          class="small"
          aria-label={`end now: ${explained}`}
          onClick={() => void removeFault(id, fault)}
        >
          end now
        </button>
      )}
    </li>
  );
}
