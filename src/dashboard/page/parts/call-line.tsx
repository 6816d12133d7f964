import type { AttemptRow, CallRow } from "../../view.ts";
import { clockTime, shortCount, shortDuration } from "../../words.ts";
import { type Group, groupAttempts, isEarly, waitWords } from "../attempt-groups.ts";
import { ENDINGS } from "../format.ts";
import { toggleDetails, walkRows } from "../keyboard.ts";
import { showRange } from "../range.ts";
import { hovered } from "../rows.ts";
import { cursor, nowMs, openRows } from "../state.ts";

/** One call as a lane: its attempts, the waits between them, and how it ended. */
export function CallLine(props: {
  row: CallRow;
  longestMs: number;
  /** The Tab key stops here. */
  isStop: boolean;
}) {
  const { row, longestMs, isStop } = props;
  const { id, label, fromMs, toMs, ending, saw, faults } = row;
  const { glyph, tone } = ENDINGS[ending];
  const isOpen = openRows.value.has(id);
  const lasted = (toMs ?? nowMs.value) - fromMs;
  return (
    <li class={`call tone-${tone} ending-${ending}`}>
      <button
        type="button"
        id={`row-${id}`}
        class="line"
        tabIndex={isStop ? 0 : -1}
        onKeyDown={walkRows}
        aria-expanded={isOpen}
        onPointerEnter={() => {
          hovered.value = id;
        }}
        onPointerLeave={() => {
          hovered.value = undefined;
        }}
        onFocus={() => {
          cursor.value = id;
        }}
        onClick={() => {
          cursor.value = id;
          toggleDetails();
        }}
      >
        <span class="id number">{id}</span>
        <span class="quiet model">{label}</span>
        <Track row={row} longestMs={longestMs} />
        <span class="number lasted">{shortDuration(Math.max(0, lasted))}</span>
        <span class="saw">
          {saw}
          {faults.length > 0 && (
            <span class="by" title={faults.join(", ")}>
              {" "}
              ▨<span class="sr"> met {faults.join(", ")}</span>
            </span>
          )}
        </span>
        <strong class="ending">
          <span aria-hidden="true">{glyph}</span> {ending}
        </strong>
      </button>
      {isOpen && <Details row={row} />}
    </li>
  );
}

/** A pause is drawn no longer than this many times the attempt behind it; a fold mark stands for the rest. */
const LONGEST_PAUSE = 8;
const SHORTEST_FOLDED_MS = 2_000;
const LEAST_GROW = 4;
/** In milliseconds: a tenth of a second is one unit of width. */
const UNIT_MS = 100;

/** As wide as the call was long, beside the longest one shown. */
function Track({ row, longestMs }: { row: CallRow; longestMs: number }) {
  const { attempts, fromMs, toMs, more } = row;
  const endMs = toMs ?? nowMs.value;
  const share = Math.max(18, Math.min(100, (100 * (endMs - fromMs)) / longestMs));
  const steps = groupAttempts(attempts);
  return (
    <span class="trackbox">
      <span class="lane" style={{ width: `${share}%` }}>
        {more > 0 && <span class="seg more">{more} before</span>}
        {steps.map((step, index) => (
          <Step key={step.first.call} step={step} before={steps[index - 1]} nowMs={endMs} />
        ))}
      </span>
    </span>
  );
}

function Step({ step, before, nowMs: endMs }: { step: Group; before: Group | undefined; nowMs: number }) {
  const { first, last, count, pauses } = step;
  const lasted = Math.max(0, (last.toMs ?? endMs) - first.fromMs);
  const waited = before?.last.toMs === undefined ? undefined : first.fromMs - before.last.toMs;
  return (
    <>
      {waited !== undefined && <Wait waited={waited} announced={before?.last.announcedMs} activity={lasted} />}
      <span class={`seg kind-${first.kind}`} style={{ flexGrow: String(Math.max(LEAST_GROW, lasted / UNIT_MS)) }}>
        {first.fallbackTo !== undefined && `→ ${first.fallbackTo} `}
        {attemptWord(first)}
        {count > 1 && ` ×${count}`}
      </span>
      {count > 1 && <span class={`gap ${pauses.early ? "early" : ""}`}>{pauses.words}</span>}
    </>
  );
}

function Wait({ waited, announced, activity }: { waited: number; announced: number | undefined; activity: number }) {
  const folded = waited > Math.max(SHORTEST_FOLDED_MS, activity * LONGEST_PAUSE);
  const drawn = folded ? activity * LONGEST_PAUSE : waited;
  const isSilent = announced === undefined && waited < UNIT_MS;
  return (
    <span
      class={`gap ${isEarly(waited, announced) ? "early" : ""}`}
      style={{ flexGrow: String(Math.max(1, drawn / UNIT_MS)) }}
    >
      {isSilent ? "" : `${folded ? "// " : ""}wait ${waitWords(waited, announced)}`}
    </span>
  );
}

function attemptWord({ kind, status, tokens }: AttemptRow): string {
  switch (kind) {
    case "open":
      return "…";
    case "answered":
      return tokens > 0 ? `✓ ${shortCount(tokens)} tok` : "✓";
    case "cut":
      return "✂ cut";
    case "hung":
      return "∞ hung";
    case "left":
      return "◌ left";
    default:
      return status === 0 ? "✗ reset" : String(status);
  }
}

const AROUND_MS = 2_000;

function Details({ row }: { row: CallRow }) {
  const around = { fromMs: row.fromMs - AROUND_MS, toMs: (row.toMs ?? nowMs.value) + AROUND_MS };
  return (
    <div class="details">
      <Attempts row={row} />
      <button type="button" class="plain" onClick={() => showRange(around)}>
        ⟷ show only its time
      </button>
    </div>
  );
}

function Attempts({ row }: { row: CallRow }) {
  return (
    <table class="figures">
      <caption class="sr">Attempts of {row.id}</caption>
      <thead>
        <tr>
          {["attempt", "began", "lasted", "ended", "tokens", "told to wait"].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {row.attempts.map((attempt) => (
          <tr key={attempt.call}>
            <th scope="row">{attempt.call}</th>
            <td>{clockTime(attempt.fromMs)}</td>
            <td>{attempt.toMs === undefined ? "open" : shortDuration(attempt.toMs - attempt.fromMs)}</td>
            <td>{`${attempt.status === 0 ? "" : `${attempt.status} `}${attempt.kind}`}</td>
            <td>{attempt.tokens}</td>
            <td>{attempt.announcedMs === undefined ? "–" : shortDuration(attempt.announcedMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
