import { ticks } from "../../../report/svg/index.ts";
import { toggleFreeze } from "../actions.ts";
import { ENDINGS } from "../format.ts";
import { range, spanWords } from "../range.ts";
import { latestRows, matchingRows, PAGE_OF_ROWS, shownCalls, shownRows, visibleRows } from "../rows.ts";
import { cursor, filter, frozen, view } from "../state.ts";
import { CallLine } from "./call-line.tsx";
import { Region } from "./region.tsx";

/** What happened to this call? */
export function Calls() {
  const calls = shownCalls.value;
  const rows = visibleRows.value;
  // Rounded, so that the rows that stand are not drawn again for every new longest one.
  const longestMs = ticks(Math.max(1_000, ...rows.map(({ fromMs, toMs }) => (toMs ?? fromMs) - fromMs)), 2).at(-1);
  const stop = rows.some(({ id }) => id === cursor.value) ? cursor.value : rows[0]?.id;
  return (
    <Region id="calls" title="Calls" note={noteOf(calls?.level)}>
      <div class="tools">
        <label>
          <span class="sr">Filter calls</span>
          <input
            id="filter"
            type="search"
            placeholder="filter: lost, 429, a model, c118"
            value={filter.value}
            onInput={(event) => {
              filter.value = event.currentTarget.value;
            }}
          />
        </label>
        <Endings />
        <FreezeButton />
      </div>
      {calls?.tooMany === true && (
        <p class="tone-near">▲ Too many calls to draw each: endings are counted, failures and a sample are listed.</p>
      )}
      {rows.length === 0 && <p class="quiet">{noneWords()}</p>}
      <ul class="calls">
        {rows.map((row) => (
          <CallLine key={row.id} row={row} longestMs={longestMs ?? 1_000} isStop={row.id === stop} />
        ))}
      </ul>
      {matchingRows.value.length > rows.length && (
        <button
          type="button"
          class="plain"
          onClick={() => {
            shownRows.value += PAGE_OF_ROWS;
          }}
        >
          show {Math.min(PAGE_OF_ROWS, matchingRows.value.length - rows.length)} more
        </button>
      )}
    </Region>
  );
}

function noneWords(): string {
  const when = range.value === undefined ? "" : ` touches ${spanWords(range.value)}`;
  if (filter.value !== "") return `No call kept${when}${when === "" ? "" : " and"} matches “${filter.value}”.`;
  return when === "" ? "No call yet." : `No call kept${when}.`;
}

function noteOf(level: string | undefined): string {
  const what = level === "front" ? "calls at the app's front door" : "LLM calls";
  if (range.value !== undefined)
    return `newest first · showing ${visibleRows.value.length} of the ${matchingRows.value.length} ${what} kept that touch ${spanWords(range.value)}`;
  return `newest first · showing ${visibleRows.value.length} of ${shownCalls.value?.total ?? 0} ${what} (failures are kept)`;
}

function Endings() {
  const endings = shownCalls.value?.endings;
  // They are the whole run's: of a stretch only the rows that were kept are known.
  if (endings === undefined || range.value !== undefined) return null;
  return (
    <ul class="endings" aria-label="How calls ended">
      {(["clean", "recovered", "degraded", "lost", "open"] as const).map((ending) => (
        <li key={ending} class={`tone-${ENDINGS[ending].tone}`}>
          <span aria-hidden="true">{ENDINGS[ending].glyph}</span> {ending}{" "}
          <strong class="number">{endings[ending]}</strong>
        </li>
      ))}
    </ul>
  );
}

function FreezeButton() {
  const held = frozen.value;
  const since = held === undefined ? 0 : (view.value?.calls.total ?? 0) - held.calls.total;
  return (
    <button
      type="button"
      aria-pressed={held !== undefined}
      disabled={latestRows.value.length === 0}
      onClick={toggleFreeze}
    >
      {held === undefined ? "▮ freeze" : `▶ go on (+${since} new)`}
    </button>
  );
}
