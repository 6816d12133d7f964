import { clockTime, shortDuration } from "../../words.ts";
import { copy, stopAllChaos } from "../actions.ts";
import { logOut } from "../connection.ts";
import { RUN_STATES } from "../format.ts";
import { connection, dialog, heardAt, isOver, mayControl, now, nowMs, report, session, view } from "../state.ts";
import { RangeBar } from "./range-bar.tsx";

/** Is it running, is this live, how do I stop it? */
export function Header() {
  const head = view.value?.head;
  return (
    <header class="top">
      <div class="bar">
        <h1>
          <span class="brand">llm-chaos</span> {head?.name ?? ""}
        </h1>
        <p class="state">
          <strong>{head === undefined ? "–" : RUN_STATES[head.state]}</strong> <Elapsed />
        </p>
        <Seed />
        <Age />
        <Who />
        <StopButton />
      </div>
      {head?.blast !== undefined && !isOver.value && (
        <p class="banner" role="status">
          <span aria-hidden="true">▨ </span>
          {head.blast}: what you see is our doing
        </p>
      )}
      {head !== undefined && head.hypothesis !== "" && <p class="hypothesis">Hypothesis: {head.hypothesis}</p>}
      <RangeBar />
    </header>
  );
}

function Elapsed() {
  const head = view.value?.head;
  if (head === undefined) return null;
  const planned = head.plannedMs === undefined ? "" : ` / ${clockTime(head.plannedMs)}`;
  return (
    <span class="number">
      {clockTime(nowMs.value)}
      {planned}
    </span>
  );
}

function Seed() {
  const head = view.value?.head;
  if (head === undefined || head.reproduce === "") return null;
  return (
    <button
      type="button"
      class="chip"
      title="Copy the command that plays this again"
      onClick={() => copy(head.reproduce, "the command that plays this again")}
    >
      seed {head.seed} · copy
    </button>
  );
}

/** How old the picture is. Words, since a frozen picture looks like a calm one. */
function Age() {
  const { state } = connection.value;
  const age = Math.max(0, now.value - heardAt.value);
  if (report.value !== undefined) return <p class="age">● final</p>;
  if (state === "lost") return <p class="age bad">{`‖ stale ${shortDuration(age)}`}</p>;
  if (state !== "open") return <p class="age">◌ connecting</p>;
  return <p class="age">{age > 3_000 ? `‖ ${shortDuration(age)} old` : "● live"}</p>;
}

function Who() {
  const visitor = session.value;
  return (
    <p class="who">
      {visitor !== undefined && (
        <>
          {visitor.name === "" ? "" : `${visitor.name} · `}
          {visitor.role === "spectator" ? "spectator, reads only" : "in control"}{" "}
          <button type="button" class="plain" onClick={() => void logOut()}>
            log out
          </button>
        </>
      )}
      <button
        type="button"
        class="plain"
        onClick={() => {
          dialog.value = "help";
        }}
      >
        keys ?
      </button>
    </p>
  );
}

/** A click on a wide screen; on a phone it is slid, since pockets tap. */
function StopButton() {
  if (!mayControl.value || report.value !== undefined) return null;
  const slid = (event: Event) => {
    const slider = event.currentTarget as HTMLInputElement;
    if (Number(slider.value) >= 90) void stopAllChaos();
    slider.value = "0";
  };
  return (
    <div class="stop">
      <button
        type="button"
        class="danger wide-only"
        title="Ctrl or Cmd + Shift + X"
        onClick={() => void stopAllChaos()}
      >
        ■ STOP CHAOS
      </button>
      <label class="slide phone-only">
        <span>■ slide to STOP CHAOS</span>
        <input type="range" min="0" max="100" value="0" step="10" onChange={slid} />
      </label>
    </div>
  );
}
