import { shortDuration } from "../../words.ts";
import { range, showAll, shownPoints, spanWords } from "../range.ts";

/** Says that not all is shown, and leads back. */
export function RangeBar() {
  const shown = range.value;
  if (shown === undefined) return null;
  // The last point is drawn as the charts' edge: it counts the second that begins there.
  const seconds = shownPoints.value.filter(({ atMs }) => atMs < shown.toMs);
  const sum = (kind: "ok" | "refused" | "bad") => seconds.reduce((total, point) => total + point[kind], 0);
  return (
    <p class="rangebar">
      <strong class="number">
        <span aria-hidden="true">⟷ </span>
        {spanWords(shown)}
      </strong>
      <span>
        {`${shortDuration(shown.toMs - shown.fromMs)}: replies ${sum("ok")} ok, ${sum("refused")} refused, ${sum("bad")} bad`}
      </span>
      <span class="quiet wide-only">charts, calls and log show only this, all else is as of now</span>
      <button type="button" class="small" onClick={showAll}>
        ✕ show all time
      </button>
    </p>
  );
}
