import { formatCount, formatUsd } from "../../core/units.ts";
import type { Calls, FaultRow, Health, LimitRow, Money, PhaseRow, View } from "../../dashboard/view.ts";
import { clockTime, dimensionWords, shortDuration } from "../../dashboard/words.ts";
import { GLYPH, paint } from "../style.ts";
import { fitParts, type Part } from "./fit.ts";

export interface Room {
  columns: number;
  rows: number;
}

/** Rows of the terminal that the log above the live lines keeps at least. */
const ROWS_FOR_THE_LOG = 2;
const BAR = 24;

interface Row {
  /** Rows with a higher number go first where the terminal is low. */
  rank: number;
  parts: readonly Part[];
}

/** At most seven lines: where the run is, which limit is near, how the calls fare, what is expected. `keys`: what can be pressed. */
export function liveLines(view: View, { columns, rows }: Room, keys = ""): string[] {
  const width = Math.max(20, columns - 1);
  const all: Row[] = [
    { rank: 6, parts: [part(GLYPH.rule.repeat(width))] },
    { rank: 0, parts: head(view) },
    { rank: 3, parts: limits(view.limits.rows) },
    { rank: 1, parts: calls(view.calls, view.health) },
    { rank: 4, parts: faults(view.faults) },
    { rank: 5, parts: money(view.money) },
    { rank: 2, parts: lastRow(view, keys) },
  ];
  const filled = all.filter(({ parts }) => parts.length > 0);
  const room = Math.max(1, rows - ROWS_FOR_THE_LOG);
  const kept = new Set([...filled].sort((a, b) => a.rank - b.rank).slice(0, room));
  return filled.filter((row) => kept.has(row)).map(({ parts }) => fitParts(parts, width));
}

const part = (text: string, rank = 0): Part => ({ text, rank });
const titled = (title: string, parts: readonly Part[]): Part[] =>
  parts.length === 0 ? [] : [part(title.padEnd(8)), ...parts];

function head({ head: { state, phase, nowMs, plannedMs }, scenario, health }: View): Part[] {
  const time = plannedMs === undefined ? clockTime(nowMs) : `${clockTime(nowMs)}/${clockTime(plannedMs)}`;
  const index = scenario.findIndex((row) => row.state === "now");
  const where = index < 0 ? phase : `phase ${index + 1}/${scenario.length} ${phase}`;
  return [
    part(`${GLYPH.run} ${time}`),
    part(state === "running" ? where : `${state}: ${where}`, 1),
    part(plannedMs === undefined ? "" : bar(nowMs / plannedMs), 4),
    part(upNext(scenario, nowMs), 3),
    part(`in flight ${health.inFlight}${health.waiting > 0 ? `, waiting ${health.waiting}` : ""}`, 2),
  ];
}

function upNext(scenario: readonly PhaseRow[], nowMs: number): string {
  const next = scenario.find(({ state }) => state === "next");
  if (next?.fromMs === undefined) return "";
  return `next: ${next.name} in ${clockTime(next.fromMs - nowMs)}`;
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR);
  return `${GLYPH.full.repeat(full)}${GLYPH.empty.repeat(BAR - full)}`;
}

const LIMIT_MARK = { biting: `${GLYPH.fail} `, near: `${GLYPH.near} `, ok: "", unknown: "" } as const;

function limits(rows: readonly LimitRow[]): Part[] {
  return titled(
    "limits",
    rows.map((row, index) => part(limitWords(row), index)),
  );
}

function limitWords({ dimension, state, limit, used, refusals }: LimitRow): string {
  const name = `${LIMIT_MARK[state]}${dimensionWords(dimension)}`;
  if (limit === undefined || used === undefined) return refusals === 0 ? name : `${name} ${refusals} refused in 10 s`;
  const words = `${name} ${Math.round((used / limit) * 100)} %`;
  return state === "biting" ? paint("red", words) : state === "near" ? paint("yellow", words) : words;
}

function calls({ total, endings, level }: Calls, { ttftP50Ms, ttftP95Ms, statuses }: Health): Part[] {
  const { clean, recovered, degraded, lost } = endings;
  const refused = statuses.filter(({ kind }) => kind === "refused").reduce((sum, { count }) => sum + count, 0);
  return titled(level === "front" ? "calls" : "llm calls", [
    part(formatCount(total)),
    part(
      [
        `clean ${clean}`,
        `recovered ${recovered}`,
        `degraded ${degraded}`,
        lost > 0 ? paint("red", `lost ${lost}`) : "lost 0",
      ].join("  "),
      1,
    ),
    part(refused === 0 ? "" : `refused ${refused} in the last minute`, 3),
    part(
      ttftP50Ms === undefined
        ? ""
        : `first token p50 ${shortDuration(ttftP50Ms)}  p95 ${shortDuration(ttftP95Ms ?? ttftP50Ms)}`,
      2,
    ),
  ]);
}

function faults(rows: readonly FaultRow[]): Part[] {
  const on = rows.filter(({ state }) => state === "on");
  return titled(
    "faults",
    on.map(({ fault, hits, lost }, index) => {
      const missed = lost > 0 ? `, ${lost} without effect` : "";
      const words = `${GLYPH.fault} ${fault} ${hits === 1 ? "1 hit" : `${hits} hits`}${missed}`;
      return part(hits === 0 ? paint("yellow", words) : words, index);
    }),
  );
}

function money({ spentUsd, savedUsd, wastedTokens, budgetUsd }: Money): Part[] {
  const spent = spentUsd === undefined ? "" : `spent ${formatUsd(spentUsd)}`;
  const cap = budgetUsd === undefined || spent === "" ? "" : ` of ${formatUsd(budgetUsd)}`;
  const parts = [
    part(spent === "" ? "" : paint("yellow", spent + cap)),
    part(savedUsd === undefined ? "" : `saved ${formatUsd(savedUsd)}`, 1),
    part(wastedTokens === 0 ? "" : `wasted ${formatCount(wastedTokens)} tokens`, 2),
  ].filter(({ text }) => text !== "");
  return titled("money", parts);
}

function lastRow(view: View, keys: string): Part[] {
  const expected = expectations(view);
  if (keys === "") return expected;
  return expected.length === 0 ? [part(keys, 2)] : [...expected, part(keys, 2)];
}

function expectations({ expectations: { rows, provisional } }: View): Part[] {
  const count = (wanted: string) => rows.filter(({ state }) => state === wanted).length;
  const broken = rows.find(({ state }) => state === "broken");
  const counts = [
    `${count("holds")} ${paint("blue", GLYPH.pass)}`,
    `${count("broken")} ${paint("red", GLYPH.fail)}`,
    `${count("open")} ${paint("yellow", GLYPH.inconclusive)}`,
  ].join("  ");
  if (rows.length === 0) return [];
  return titled("expect", [
    part(`${counts}${provisional ? "  so far" : ""}`),
    part(broken === undefined ? "" : `${broken.explained}: ${broken.summary}`, 1),
  ]);
}
