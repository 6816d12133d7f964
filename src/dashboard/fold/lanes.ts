import type { ChaosEvent } from "../../core/event.ts";
import type { CallRow, Calls, Ending } from "../view.ts";
import type { Attempt } from "./attempt.ts";
import { Joins } from "./joins.ts";
import { Lane } from "./lane.ts";

/** Rows held: of more, the oldest clean ones are dropped first, then the oldest of all. */
const MOST_KEPT = 600;
/** Rows that are followed at once; of calls beyond them only the number is known. */
const MOST_OPEN = 5_000;
/** From so many new rows a second on, only a few clean ones are kept of each. */
const TOO_MANY_PER_SECOND = 200;
const CLEAN_KEPT_PER_SECOND = 5;
/** Rows shown: the newest, and before them what did not go well. */
const NEWEST_SHOWN = 40;
const NOT_CLEAN_SHOWN = 120;
/** A call that is open for so long is worth a row, as a failure is. */
const LONG_OPEN_MS = 10_000;

type Endings = Record<Ending, number>;
const none = (): Endings => ({ open: 0, clean: 0, recovered: 0, degraded: 0, lost: 0 });

/** The rows of the call list, and how all of them ended. */
export class Lanes {
  readonly #joins = new Joins();
  /** In the order of their beginnings. */
  readonly #kept = new Set<Lane>();
  readonly #waiting = new Set<Lane>();
  readonly #ofCall = new Map<string, Lane>();
  readonly #fronts = new Map<string, Lane>();
  readonly #endings = { front: none(), logical: none() };
  readonly #total = { front: 0, logical: 0 };
  #joined = false;
  #logicalCount = 0;
  #second = { at: -1, began: 0, clean: 0 };
  #tooMany = false;

  frontStarted(event: ChaosEvent<"front_door_started">): void {
    if (this.#fronts.size >= MOST_OPEN) return void this.#total.front++;
    const lane = this.#open(new Lane(event.front, true, event.started_at_ms));
    this.#fronts.set(event.front, lane);
    this.#joins.frontOpened(lane, event);
  }

  frontEnded(event: ChaosEvent<"front_door_ended">): void {
    const lane = this.#fronts.get(event.front);
    if (lane === undefined) return;
    this.#fronts.delete(event.front);
    lane.ended = event;
    lane.changed();
    this.#settle(lane, event.t_ms);
  }

  received(attempt: Attempt, event: ChaosEvent<"call_received">): void {
    const found = this.#joins.find(attempt, event.joins);
    if (found === undefined && this.#ofCall.size >= MOST_OPEN) return void this.#total.logical++;
    const lane = found ?? this.#open(new Lane(`l${++this.#logicalCount}`, false, attempt.fromMs));
    this.#joined ||= lane.front;
    this.#joins.joined(lane, event.joins);
    this.#ofCall.set(attempt.call, lane);
    this.#waiting.delete(lane);
    lane.add(attempt);
    if (!lane.front) this.#mark(lane, "open");
  }

  /** Something about an attempt of it is new. */
  changed(call: string): void {
    this.#ofCall.get(call)?.changed();
  }

  replied(attempt: Attempt, nowMs: number): void {
    const lane = this.#ofCall.get(attempt.call);
    if (lane === undefined) return;
    this.#ofCall.delete(attempt.call);
    lane.changed();
    if (!attempt.delivered) this.#joins.failed(lane, attempt);
    if (!lane.front && lane.last() === attempt) this.#settle(lane, nowMs);
  }

  /** Rows between two attempts. */
  waiting(): number {
    let count = 0;
    for (const lane of this.#kept) if (lane.waiting) count++;
    return count;
  }

  /** `over`: nothing will come any more, so what still waits was given up. */
  view(nowMs: number, over: boolean): Calls {
    for (const lane of this.#waiting) this.#settle(lane, over ? Number.POSITIVE_INFINITY : nowMs);
    if (Math.floor(nowMs / 1_000) > this.#second.at + 1) this.#tooMany = false;
    // Without a mark that joins calls to the front door, its rows would be empty ones.
    const level = this.#total.front > 0 && (this.#joined || this.#total.logical === 0) ? "front" : "logical";
    return {
      level,
      total: this.#total[level],
      endings: { ...this.#endings[level] },
      tooMany: this.#tooMany,
      rows: this.#rows(level === "front", nowMs),
    };
  }

  #rows(front: boolean, nowMs: number): CallRow[] {
    const rows: CallRow[] = [];
    let notClean = 0;
    for (const lane of [...this.#kept].reverse()) {
      if (lane.front !== front) continue;
      const isQuiet = lane.ending === "clean" || (lane.ending === "open" && nowMs - lane.fromMs < LONG_OPEN_MS);
      if (rows.length >= NEWEST_SHOWN && (isQuiet || notClean >= NOT_CLEAN_SHOWN)) continue;
      if (rows.length >= NEWEST_SHOWN) notClean++;
      rows.push(lane.row());
    }
    return rows;
  }

  #open(lane: Lane): Lane {
    const second = Math.floor(lane.fromMs / 1_000);
    if (second !== this.#second.at) {
      this.#tooMany = this.#second.began > TOO_MANY_PER_SECOND && second === this.#second.at + 1;
      this.#second = { at: second, began: 0, clean: 0 };
    }
    this.#second.began++;
    const level = lane.front ? "front" : "logical";
    this.#total[level]++;
    this.#endings[level].open++;
    this.#kept.add(lane);
    if (this.#kept.size > MOST_KEPT * 1.5) this.#trim();
    return lane;
  }

  #settle(lane: Lane, nowMs: number): void {
    const ending = lane.judge(nowMs);
    if (ending === "open" && !lane.front) this.#waiting.add(lane);
    else this.#waiting.delete(lane);
    this.#mark(lane, ending);
    const [longest] = this.#waiting.size > MOST_OPEN ? this.#waiting : [];
    if (longest !== undefined) this.#settle(longest, Number.POSITIVE_INFINITY);
    const isCrowded = this.#tooMany || this.#second.began > TOO_MANY_PER_SECOND;
    if (ending === "clean" && isCrowded && this.#second.clean++ >= CLEAN_KEPT_PER_SECOND) this.#kept.delete(lane);
  }

  #mark(lane: Lane, ending: Ending): void {
    if (lane.ending === ending) return;
    lane.changed();
    const endings = this.#endings[lane.front ? "front" : "logical"];
    endings[lane.ending]--;
    endings[ending]++;
    lane.ending = ending;
  }

  #trim(): void {
    for (const lane of this.#kept) {
      if (this.#kept.size <= MOST_KEPT) return;
      if (lane.ending === "clean") this.#kept.delete(lane);
    }
    for (const lane of this.#kept) {
      if (this.#kept.size <= MOST_KEPT) return;
      this.#kept.delete(lane);
    }
  }
}
