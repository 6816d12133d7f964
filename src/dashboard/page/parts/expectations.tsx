import type { ExpectationRow } from "../../view.ts";
import { clockTime } from "../../words.ts";
import { EXPECTATION_STATES } from "../format.ts";
import { showAll } from "../range.ts";
import { filter, view } from "../state.ts";
import { Region } from "./region.tsx";

/** Am I passing? Broken first. */
export function Expectations() {
  const expectations = view.value?.expectations;
  const rows = expectations?.rows ?? [];
  const count = (state: ExpectationRow["state"]) => rows.filter((row) => row.state === state).length;
  const standing = `${count("holds")} hold · ${count("broken")} broken · ${count("open")} not yet`;
  const note = [
    rows.length === 0 ? "none written" : standing,
    expectations?.provisional === false ? "final" : "provisional",
    expectations?.trouble ?? "",
  ];
  return (
    <Region id="expectations" title="Expectations" note={note.filter(Boolean).join(" · ")}>
      {rows.length === 0 ? (
        <p class="quiet">Without expectations nothing is judged. Write some under `expect:` in the scenario.</p>
      ) : (
        <ul class="expectations">
          {rows.map((row, index) => (
            <Row key={`${row.name} ${row.phase ?? ""} ${index}`} row={row} />
          ))}
        </ul>
      )}
    </Region>
  );
}

function Row({ row }: { row: ExpectationRow }) {
  const { glyph, word, tone } = EXPECTATION_STATES[row.state];
  const { call } = row;
  return (
    <li class={`tone-${tone} state-${row.state}`}>
      <span class="mark" aria-hidden="true">
        {glyph}
      </span>
      <span class="sr">{word}: </span>
      <span>
        {row.explained}
        {row.phase !== undefined && <span class="quiet"> in {row.phase}</span>}
      </span>{" "}
      <strong>{row.summary}</strong>
      {row.sinceMs !== undefined && <span class="quiet"> since {clockTime(row.sinceMs)}</span>}
      {call !== undefined && row.state === "broken" && (
        <>
          {" "}
          <button
            type="button"
            class="plain"
            onClick={() => {
              showAll();
              filter.value = call;
              document.getElementById("calls")?.scrollIntoView();
            }}
          >
            → call {call}
          </button>
        </>
      )}
    </li>
  );
}
