import type { ChaosEvent } from "../../core/event.ts";
import type { CallRow, Ending } from "../view.ts";
import { type Attempt, attemptRow, whole } from "./attempt.ts";

/** Attempts listed of one row; of an agent's hundred calls the last are what matters. */
const MOST_ATTEMPTS = 12;
/** After a failure its caller may still try again for so long after the announced wait; then it counts as given up. */
const GRACE_MS = 10_000;
/** Nobody is waited for longer, whatever was announced: a daily quota asks for hours. */
const LONGEST_WAIT_MS = 120_000;
/** Nobody who reads these tries again. */
const FINAL_STATUSES = new Set([400, 401, 403, 404, 413, 422]);

/** The same question to another model after a failure; an agent's next question to another model is none. */
function isFallback(before: Attempt | undefined, attempt: Attempt): boolean {
  if (before?.toMs === undefined || before.delivered) return false;
  return before.model !== attempt.model && before.promptHash === attempt.promptHash;
}

/** One row: a call at the front door, or an LLM call where the front door is not seen. */
export class Lane {
  readonly id: string;
  readonly front: boolean;
  readonly fromMs: number;
  readonly attempts: Attempt[] = [];
  more = 0;
  ended: ChaosEvent<"front_door_ended"> | undefined;
  ending: Ending = "open";
  #row: CallRow | undefined;
  /** Of the attempts that are no longer listed. */
  #failedBefore = 0;

  constructor(id: string, front: boolean, fromMs: number) {
    this.id = id;
    this.front = front;
    this.fromMs = fromMs;
  }

  last(): Attempt | undefined {
    return this.attempts.at(-1);
  }

  add(attempt: Attempt): void {
    if (isFallback(this.last(), attempt)) attempt.fallbackTo = attempt.model;
    this.attempts.push(attempt);
    if (this.attempts.length > MOST_ATTEMPTS) {
      this.more++;
      if (this.attempts.shift()?.delivered === false) this.#failedBefore++;
    }
    this.changed();
  }

  changed(): void {
    this.#row = undefined;
  }

  /** Between two attempts, as far as anybody can tell. */
  get waiting(): boolean {
    const last = this.last();
    return this.ending === "open" && last?.toMs !== undefined && !last.delivered;
  }

  /** What has become of it by now. */
  judge(nowMs: number): Ending {
    return this.front ? this.#judgeFront() : this.#judgeLogical(nowMs);
  }

  #judgeFront(): Ending {
    const { ended } = this;
    if (ended === undefined) return "open";
    const answered = ended.status >= 200 && ended.status < 300 && ended.how === "complete";
    if (ended.matched.shed === true && ended.how === "complete") return "degraded";
    if (!answered || ended.matched.error === true || this.#soldAsWhole()) return "lost";
    if (ended.matched.incomplete === true || ended.matched.fallback === true || this.#fellBack()) return "degraded";
    return this.#failures() > 0 ? "recovered" : "clean";
  }

  #judgeLogical(nowMs: number): Ending {
    const last = this.last();
    if (last?.toMs === undefined) return "open";
    if (last.delivered) return this.#fellBack() ? "degraded" : this.#failures() > 0 ? "recovered" : "clean";
    if (last.kind === "left" || FINAL_STATUSES.has(last.status)) return "lost";
    return nowMs > last.toMs + Math.min(LONGEST_WAIT_MS, last.announcedMs ?? 0) + GRACE_MS ? "lost" : "open";
  }

  /** The app finished well with the text of an answer that was cut, as far as its end tells. */
  #soldAsWhole(): boolean {
    const last = this.last();
    if (last?.kind !== "cut" || last.status < 200 || last.status >= 300 || this.ended?.matched.incomplete === true)
      return false;
    return last.textTail === undefined || this.ended?.text_tails.includes(last.textTail) === true;
  }

  #fellBack(): boolean {
    return this.attempts.some(({ fallbackTo, delivered }) => fallbackTo !== undefined && delivered);
  }

  #failures(): number {
    return this.#failedBefore + this.attempts.filter(({ toMs, delivered }) => toMs !== undefined && !delivered).length;
  }

  row(): CallRow {
    this.#row ??= {
      id: this.id,
      label: this.attempts[0]?.model ?? "",
      fromMs: whole(this.fromMs),
      toMs: this.#toMs(),
      ending: this.ending,
      saw: this.#saw(),
      attempts: this.attempts.map(attemptRow),
      more: this.more,
      faults: [...new Set(this.attempts.flatMap(({ faults }) => faults))],
    };
    return this.#row;
  }

  #toMs(): number | undefined {
    const toMs = this.front ? this.ended?.at_ms : this.ending === "open" ? undefined : this.last()?.toMs;
    return toMs === undefined ? undefined : whole(toMs);
  }

  #saw(): string {
    if (this.ending === "open") return this.waiting ? "waits" : "";
    return this.front ? this.#userSaw() : this.#appGot();
  }

  #userSaw(): string {
    const { ended } = this;
    if (ended === undefined) return "";
    if (ended.matched.shed === true) return "refused politely";
    if (ended.how === "deadline") return "no end in time";
    if (ended.how === "given_up") return "the run ended first";
    if (ended.how === "cut") return "the answer broke off";
    if (ended.how !== "complete") return "no connection";
    if (ended.status >= 300 || ended.status < 200) return `error ${ended.status}`;
    if (this.#soldAsWhole()) return "half an answer, as if whole";
    return this.ending === "degraded" ? "a lesser answer" : "a whole answer";
  }

  #appGot(): string {
    const last = this.last();
    if (last === undefined) return "";
    if (last.delivered) return this.ending === "degraded" ? `an answer of ${last.model}` : "a whole answer";
    if (last.kind === "left") return "left before the end";
    if (last.kind === "cut") return "a cut answer";
    return last.status === 0 ? "no answer" : `${last.status}, gave up`;
  }
}
