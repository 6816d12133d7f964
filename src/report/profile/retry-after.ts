import { hintGrain } from "../../core/hint-grain.ts";
import type { History } from "../../core/history.ts";
import { formatDuration } from "../../core/units.ts";
import { percentile, sortedNumbers } from "../numbers.ts";
import { certainGaps, type Gap } from "./gaps.ts";
import { LEAST_SAMPLES, largest, type Reading, seen, unseen } from "./reading.ts";

/** This much too early is still as told. Milliseconds. */
const TOLERANCE_MS = 50;
/** One slip in twenty changes nothing. */
const NEARLY_ALL = 0.95;

/** A pause after an announced wait. */
export interface Wait {
  gap: Gap;
  announcedMs: number;
  honoured: boolean;
}

/** A wait of up to this much more than announced may still be the announced one: headers have whole seconds, clients add jitter. */
const NEAR = { ms: 250, share: 0.3, grainMs: 1_000 };

const CLEARLY_LONGER = 1.5;
/** Who waits for at least this share of what was announced means to wait, and does it badly. */
const MEANS_TO = 0.8;

/**
 * The waits that can tell whether it listens: not those within the tolerance, and none that was kept by chance, because its own
 * pauses, where it does not listen, are as long anyway.
 */
export function waitsOf(history: History): Wait[] {
  const all = announcedWaits(history);
  const early = all.filter(({ honoured }) => !honoured);
  if (early.length < LEAST_SAMPLES || early.length < (1 - NEARLY_ALL) * all.length) return all;
  const middle = percentile(sortedNumbers(early.map(({ gap, announcedMs }) => gap.ms / announcedMs)), 0.5) ?? 0;
  if (middle >= MEANS_TO) return all;
  const own = percentile(sortedNumbers(early.map(({ gap }) => gap.ms)), 0.9) ?? 0;
  return all.filter(({ honoured, announcedMs }) => !honoured || announcedMs > CLEARLY_LONGER * own + TOLERANCE_MS);
}

function announcedWaits(history: History): Wait[] {
  const grainOf = hintGrain(history);
  return certainGaps(history).flatMap((gap) => {
    const { announcedMs = 0, ms, before } = gap;
    if (announcedMs <= TOLERANCE_MS) return [];
    return [{ gap, announcedMs, honoured: ms >= announcedMs - TOLERANCE_MS - grainOf(before) }];
  });
}

export function ignoresWaits(waits: readonly Wait[]): boolean {
  return waits.length >= LEAST_SAMPLES && shareOf(waits) <= 1 - NEARLY_ALL;
}

/** Whether it waits as told, and up to which wait. */
export function readRetryAfter(history: History): Reading {
  const waits = waitsOf(history);
  if (waits.length < LEAST_SAMPLES) {
    const announced = history.attempts.some(({ refused }) => (refused?.announced_ms ?? 0) > TOLERANCE_MS);
    if (!announced) return unseen("retry_after", "no refusal announced a wait");
    return unseen(
      "retry_after",
      waits.length === 0 ? "no refused call was repeated" : `only ${waits.length} repeats after an announced wait`,
    );
  }
  const honoured = waits.filter((wait) => wait.honoured);
  if (honoured.length === waits.length && honoured.filter(isNear).length * 2 < honoured.length)
    return unseen("retry_after", "its own pauses were longer than every announced wait");
  const limit = findLimit(waits);
  return seen({
    name: "retry_after",
    words: inWords(waits, limit),
    numbers: {
      honoured: honoured.length,
      honouredShare: honoured.length / waits.length,
      longestAnnouncedMs: largest(waits.map(({ announcedMs }) => announcedMs)),
      ...(limit !== undefined && { honoursUpToMs: limit.upToMs, ignoresFromMs: limit.fromMs }),
    },
    samples: waits.length,
    of: "announced waits",
    events: examples(waits),
  });
}

function isNear({ announcedMs, gap }: Wait): boolean {
  const inHeader = Math.ceil(announcedMs / NEAR.grainMs) * NEAR.grainMs;
  return gap.ms <= inHeader + Math.max(NEAR.ms, NEAR.share * announcedMs);
}

/** Those that were broken prove more than those that were kept. */
function examples(waits: readonly Wait[]): number[] {
  return waits
    .toSorted((a, b) => Number(a.honoured) - Number(b.honoured))
    .slice(0, 3)
    .flatMap(({ gap }) => [gap.before.refused?.seq ?? gap.before.received.seq, gap.next.received.seq]);
}

function inWords(waits: readonly Wait[], limit: Limit | undefined): string {
  const share = shareOf(waits);
  if (share >= NEARLY_ALL) {
    const longest = largest(waits.map(({ announcedMs }) => announcedMs));
    return `honours Retry-After (longest announced: ${formatDuration(longest)})`;
  }
  if (share <= 1 - NEARLY_ALL) return "ignores Retry-After";
  if (limit !== undefined)
    return `honours Retry-After up to ${formatDuration(limit.upToMs)}, not one of ${formatDuration(limit.fromMs)} or more`;
  return `waits as Retry-After says in ${Math.round(share * 100)} % of cases`;
}

interface Limit {
  upToMs: number;
  fromMs: number;
}

/** The wait from which on it no longer does as told: all shorter ones kept, all longer ones broken, nearly. */
function findLimit(waits: readonly Wait[]): Limit | undefined {
  const sorted = waits.toSorted((a, b) => a.announcedMs - b.announcedMs);
  for (let cut = LEAST_SAMPLES; cut <= sorted.length - LEAST_SAMPLES; cut++) {
    const [last, next] = [sorted[cut - 1], sorted[cut]];
    if (last === undefined || next === undefined || last.announcedMs === next.announcedMs) continue;
    if (shareOf(sorted.slice(0, cut)) >= NEARLY_ALL && shareOf(sorted.slice(cut)) <= 1 - NEARLY_ALL)
      return { upToMs: last.announcedMs, fromMs: next.announcedMs };
  }
  return undefined;
}

function shareOf(waits: readonly Wait[]): number {
  return waits.filter(({ honoured }) => honoured).length / waits.length;
}
