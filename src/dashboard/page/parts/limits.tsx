import { useState } from "preact/hooks";
import type { LimitRow } from "../../view.ts";
import { dimensionWords, shortCount, shortDuration } from "../../words.ts";
import { LIMIT_STATES, percent } from "../format.ts";
import { view } from "../state.ts";
import { Region } from "./region.tsx";

/** On a phone only the two nearest are shown at first. */
const SHOWN_ON_PHONE = 2;

/** Which limit bites first? */
export function LimitBars() {
  const limits = view.value?.limits;
  const rows = limits?.rows ?? [];
  const [all, setAll] = useState(false);
  const more = rows.length - SHOWN_ON_PHONE;
  return (
    <Region id="limits" title="Limits" note={rows.length > 1 ? "most urgent first" : undefined}>
      {rows.length === 0 && (
        <p class="quiet">
          No limit is counted. A scenario's `limits:` counts them here; the provider's own walls show when they refuse.
        </p>
      )}
      <ul class={`limits ${all ? "all" : ""}`}>
        {rows.map((row) => (
          <Bar key={row.dimension} row={row} />
        ))}
      </ul>
      {more > 0 && !all && (
        <button type="button" class="plain phone-only" onClick={() => setAll(true)}>
          {more} more
        </button>
      )}
      {rows.some(({ reserved }) => reserved > 0) && <p class="quiet legend">▒ held by calls in flight</p>}
    </Region>
  );
}

function Bar({ row }: { row: LimitRow }) {
  const { dimension, state, limit, used, reserved } = row;
  const { glyph, word, tone } = LIMIT_STATES[state];
  const share = used === undefined || limit === undefined ? undefined : used / limit;
  const held = limit === undefined ? 0 : Math.min(reserved / limit, share ?? 0);
  return (
    <li class={`limit tone-${tone}`}>
      <span class="name">{dimensionWords(dimension)}</span>
      {share === undefined ? (
        <span class="quiet track none">
          {row.limit === undefined ? "not counted here" : `limit ${shortCount(row.limit)}`}
        </span>
      ) : (
        <span class="track" aria-hidden="true">
          <span class="used" style={{ width: width(Math.min(1, share) - held) }} />
          <span class="held" style={{ width: width(held) }} />
        </span>
      )}
      <span class="number amount">
        {share === undefined ? "" : `${shortCount(used ?? 0)} / ${shortCount(limit ?? 0)} · ${percent(share)}`}
      </span>
      <strong class="verdict">
        <span aria-hidden="true">{glyph}</span> {word}
      </strong>
      <span class="quiet details">{detailsOf(row)}</span>
    </li>
  );
}

/** For style sheets, which know no space before the sign. */
function width(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

const ORIGINS: Readonly<Record<string, string>> = {
  counted: "by the limit counted here",
  scripted: "made by a fault",
  provider: "by the provider itself",
  budget: "by the budget",
};

function detailsOf({ state, refusals, origin, announcedMs, emptyInMs, resetMs, used }: LimitRow): string {
  const whose = ORIGINS[origin ?? ""] ?? "";
  return [
    state === "biting" ? `${refusals} refused in 10 s, ${whose}` : "",
    state === "biting" && announcedMs !== undefined ? `told to wait ${shortDuration(announcedMs)}` : "",
    state !== "biting" && emptyInMs !== undefined ? `empty in ${shortDuration(emptyInMs)}` : "",
    resetMs !== undefined && resetMs > 0 && used !== 0 ? `full again in ${shortDuration(resetMs)}` : "",
    state === "unknown" ? `bit before, ${whose}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}
