import type { Ending, ExpectationRow, LimitRow, RunState } from "../view.ts";

/** Glyph and word of every state: colour never says anything alone. */
export const RUN_STATES: Readonly<Record<RunState, string>> = {
  waiting: "◌ STARTING",
  live: "▶ LIVE",
  running: "▶ RUNNING",
  draining: "▷ DRAINING",
  ended: "■ ENDED",
  stopped: "■ STOPPED",
};

export const EXPECTATION_STATES: Readonly<
  Record<ExpectationRow["state"], { glyph: string; word: string; tone: string }>
> = {
  broken: { glyph: "✗", word: "broken", tone: "bad" },
  open: { glyph: "◌", word: "not yet", tone: "idle" },
  holds: { glyph: "✓", word: "holds", tone: "ok" },
};

export const LIMIT_STATES: Readonly<Record<LimitRow["state"], { glyph: string; word: string; tone: string }>> = {
  biting: { glyph: "✗", word: "biting", tone: "bad" },
  near: { glyph: "▲", word: "near", tone: "near" },
  ok: { glyph: "✓", word: "ok", tone: "ok" },
  unknown: { glyph: "◌", word: "quiet", tone: "idle" },
};

export const ENDINGS: Readonly<Record<Ending, { glyph: string; tone: string }>> = {
  open: { glyph: "…", tone: "idle" },
  clean: { glyph: "✓", tone: "ok" },
  recovered: { glyph: "↻", tone: "ok" },
  degraded: { glyph: "▲", tone: "near" },
  lost: { glyph: "✗", tone: "bad" },
};

export const NOTHING = "–";

export function usd(value: number | undefined): string {
  if (value === undefined) return NOTHING;
  return `$${value < 0.1 && value > 0 ? value.toFixed(4) : value.toFixed(2)}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
