import { useState } from "preact/hooks";
import { clockTime } from "../../words.ts";
import { range, spanWords, touches } from "../range.ts";
import { view } from "../state.ts";
import { Region } from "./region.tsx";

const FEW = 12;

/** What changed? Changes of state only, never a line for each call. */
export function Log() {
  const span = range.value;
  const told = view.value?.log ?? [];
  const lines = span === undefined ? told : told.filter(({ atMs }) => touches(span, atMs, atMs));
  const kinds = [...new Set(lines.map(({ kind }) => kind))].sort();
  const [kind, setKind] = useState("");
  const [all, setAll] = useState(false);
  const matching = kind === "" ? lines : lines.filter((line) => line.kind === kind);
  return (
    <Region id="log" title="Log" note={`changes, newest first${span === undefined ? "" : `, ${spanWords(span)}`}`}>
      {kinds.length > 1 && (
        <label class="tools">
          <span>show</span>
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">everything</option>
            {kinds.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {matching.length === 0 && (
        <p class="quiet">{span === undefined ? "No change yet." : "No change in this time."}</p>
      )}
      <ol class="log">
        {(all ? matching : matching.slice(0, FEW)).map(({ seq, atMs, kind: of, text }) => (
          <li key={`${seq} ${text}`}>
            <span class="number quiet">{clockTime(atMs)}</span> <span class="kind">{of}</span> {text}
          </li>
        ))}
      </ol>
      {matching.length > FEW && !all && (
        <button type="button" class="plain" onClick={() => setAll(true)}>
          show all {matching.length}
        </button>
      )}
    </Region>
  );
}
