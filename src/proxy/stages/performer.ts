import type { Clock } from "../../core/clock.ts";
import type { StreamStep } from "../../core/fault.ts";
import { hold } from "../hold.ts";
import type { Downstream } from "./downstream.ts";

export interface PerformerOptions {
  clock: Clock;
  next: Downstream;
  /** Any of them ends a hold and takes the stage out. */
  releasedBy: readonly AbortSignal[];
  onApplied(): void;
  /** A step ended the reply. */
  onEnded(): void;
}

/** Performs one stage's steps, one after the other. While it waits it is `busy`, and nothing else is given to it. */
export class Performer {
  busy = false;
  /** Bytes this stage let through or made. */
  sentBytes = 0;
  /** The stage ended the reply. */
  over = false;
  readonly #options: PerformerOptions;
  #ping: Extract<StreamStep, { do: "every" }> | undefined;
  #headSent = false;
  #giveUp = () => {};
  #stopPings = () => {};

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  get revoked(): boolean {
    return this.#options.releasedBy.some((signal) => signal.aborted);
  }

  headSent(): void {
    this.#headSent = true;
    this.#options.next.head();
  }

  send(bytes: Uint8Array): void {
    this.sentBytes += bytes.length;
    this.#options.next.bytes(bytes);
  }

  /** Calls back when all steps are done; not at all when one of them ended the reply. */
  perform(steps: readonly StreamStep[], done: () => void, from = 0): void {
    for (let i = from; i < steps.length; i++) {
      const step = steps[i] as StreamStep;
      const ms = heldMs(step);
      if (ms !== undefined && !this.revoked) {
        this.#hold(ms.value, () => this.#afterHold(step, () => this.perform(steps, done, i + 1)));
        return;
      }
      this.#do(step);
      if (this.over) return;
    }
    done();
  }

  stop(): void {
    this.over = true;
    this.#giveUp();
    this.#stopPings();
  }

  #do(step: StreamStep): void {
    if (step.do === "send") this.send(step.bytes);
    else if (step.do === "applied") this.#options.onApplied();
    else if (step.do === "every") this.#ping = step.ms > 0 ? step : undefined;
    // A stage that was taken out in the middle lets everything through: what it still wanted to break stays whole.
    else if (step.do === "end" && !this.revoked) this.#end((next) => next.end());
    else if (step.do === "cut" && !this.revoked) this.#end((next) => next.cut(step.how));
  }

  #end(tell: (next: Downstream) => void): void {
    this.over = true;
    tell(this.#options.next);
    this.#options.onEnded();
  }

  #hold(ms: number | undefined, done: () => void): void {
    this.busy = true;
    this.#pingOn();
    const { clock, releasedBy } = this.#options;
    this.#giveUp = hold({ clock, ms, releasedBy }, () => {
      this.#stopPings();
      this.busy = false;
      if (!this.over) done();
    });
  }

  /** What was kept open for a time is closed cleanly then; when it was released instead, the stream goes on. */
  #afterHold(step: StreamStep, goOn: () => void): void {
    if (step.do === "keep-open" && !this.revoked) this.#end((next) => next.end());
    else goOn();
  }

  #pingOn(): void {
    const ping = this.#ping;
    if (ping === undefined || !this.#headSent) return;
    this.#stopPings = this.#options.clock.after(ping.ms, () => {
      this.send(ping.bytes);
      if (this.busy) this.#pingOn();
    });
  }
}

/** How long a step holds; its value undefined: until released. Undefined: it does not hold. */
function heldMs(step: StreamStep): { value: number | undefined } | undefined {
  if (step.do === "wait") return { value: step.ms };
  if (step.do === "keep-open") return { value: step.ms };
  return undefined;
}
