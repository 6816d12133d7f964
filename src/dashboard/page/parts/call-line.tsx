import type { AttemptRow, CallRow } from "../../view.ts";
import { clockTime, shortCount, shortDuration } from "../../words.ts";
import { ENDINGS } from "../format.ts";
import { toggleDetails } from "../keyboard.ts";
import { cursor, nowMs, openRows } from "../state.ts";

/** One call as a lane: its attempts, the waits between them, and how it ended. */
export function CallLine({ row, longestMs }: { row: CallRow; longestMs: number }) {
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
        aria-expanded={isOpen}
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

/** A pause longer than this many times the activity before it is folded. */
const FOLD = 2;
const FEWEST_SHARE = 4;

/** As wide as the call was long, beside the longest one shown. */
function Track({ row, longestMs }: { row: CallRow; longestMs: number }) {
  const { attempts, fromMs, toMs, more } = row;
  const endMs = toMs ?? nowMs.value;
  const share = Math.max(18, Math.min(100, (100 * (endMs - fromMs)) / longestMs));
  return (
    <span class="trackbox">
      <span class="lane" style={{ width: `${share}%` }}>
        {more > 0 && <span class="seg more">{more} before</span>}
        {attempts.map((attempt, index) => (
          <Attempt key={attempt.call} attempt={attempt} before={attempts[index - 1]} nowMs={endMs} />
        ))}
      </span>
    </span>
  );
}

function Attempt(props: { attempt: AttemptRow; before: AttemptRow | undefined; nowMs: number }) {
  const { attempt, before } = props;
  const lasted = Math.max(0, (attempt.toMs ?? props.nowMs) - attempt.fromMs);
  const waited = before?.toMs === undefined ? undefined : attempt.fromMs - before.toMs;
  return (
    <>
      {waited !== undefined && <Wait waited={waited} announced={before?.announcedMs} activity={lasted} />}
      <span class={`seg kind-${attempt.kind}`} style={{ flexGrow: String(Math.max(FEWEST_SHARE, lasted / 100)) }}>
        {attempt.fallbackTo !== undefined && `⤳ ${attempt.fallbackTo} `}
        {attemptWord(attempt)}
      </span>
    </>
  );
}

function Wait({ waited, announced, activity }: { waited: number; announced: number | undefined; activity: number }) {
  const early = announced !== undefined && waited < announced - 50;
  const told = announced === undefined ? "" : ` of ${shortDuration(announced)}${early ? " ✗" : ""}`;
  const folded = waited > Math.max(1_000, activity * FOLD * 4) ? "⫽ " : "";
  const words =
    waited < 20 && announced === undefined ? "" : `${folded}wait ${shortDuration(Math.max(0, waited))}${told}`;
  const drawn = folded === "" ? waited : activity * FOLD;
  return (
    <span
      class={`gap ${early ? "early" : ""}`}
      style={{ flexGrow: String(Math.max(1, drawn / 100)) }}
      title={announced === undefined ? undefined : `told to wait ${shortDuration(announced)}`}
    >
      {words}
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

function Details({ row }: { row: CallRow }) {
  return (
    <table class="figures details">
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
