import type { CutFrame, FrameSplitter, StreamFrame } from "../../core/dialect.ts";
import type { StreamStage, StreamStep } from "../../core/fault.ts";
import type { UpstreamFailure } from "../../core/upstream.ts";
import { createSplitter, plainFrame, type Splitter, sseFrame } from "../../sse/index.ts";
import type { Exchange } from "../exchange.ts";
import { meaningOf } from "../observe/index.ts";
import { AskedStage } from "./asked-stage.ts";
import type { Downstream } from "./downstream.ts";
import { Performer } from "./performer.ts";
import { PositionCounter } from "./position.ts";

type Item =
  | { kind: "head" }
  | { kind: "frame"; frame: StreamFrame }
  | { kind: "end" }
  | { kind: "cut"; how: "fin" | "rst" }
  | { kind: "fail"; failure: UpstreamFailure }
  | { kind: "flush" };

export interface StageRunnerOptions {
  exchange: Exchange;
  stage: StreamStage;
  next: Downstream;
  /** The reply is an event stream. */
  streamed: boolean;
  /** The reply is another kind of stream. Neither: every chunk is a frame without data. */
  splitter?: FrameSplitter | undefined;
  /** All tokens the reply will have, where its upstream knows. */
  totalTokens?: number | undefined;
  releasedBy: readonly AbortSignal[];
  /** The place of the fault: bytes sent, and events and tokens seen. */
  onApplied(position: { bytes: number; events: number; tokens: number }): void;
  /** Bytes more (or, negative, fewer) wait here. */
  onQueued(bytes: number): void;
  /** The stage ended the reply: nothing more is needed from before it. */
  onOver(): void;
  onBroken(error: unknown): void;
}

/** One stage of one reply: takes bytes, makes frames, asks the stage, performs what it says. While it waits, frames queue up with their arrival times. */
export class StageRunner implements Downstream {
  readonly #options: StageRunnerOptions;
  readonly #performer: Performer;
  readonly #stage: AskedStage;
  readonly #splitter: Splitter;
  readonly #seen: PositionCounter;
  #queue: Item[] = [];
  #closed = false;
  #working = false;
  #finished = false;

  constructor(options: StageRunnerOptions) {
    this.#options = options;
    this.#seen = new PositionCounter(options.totalTokens);
    const { exchange, stage, next, releasedBy, onBroken } = options;
    const { clock } = exchange.shared.options;
    this.#performer = new Performer({ clock, next, releasedBy, onApplied: () => this.#applied(), onEnded: this.#work });
    this.#stage = new AskedStage({ stage, onBroken, send: (bytes) => this.#performer.send(bytes) });
    this.#splitter = createSplitter({
      onFrame: (bytes, kind) => this.#take({ kind: "frame", frame: sseFrame(bytes, kind, clock.nowMs()) }),
    });
    if (stage.flush === undefined) return;
    for (const signal of releasedBy) signal.addEventListener("abort", this.#release);
  }

  head(): void {
    this.#take({ kind: "head" });
  }

  bytes(bytes: Uint8Array): void {
    if (this.#closed) return;
    const { streamed, splitter } = this.#options;
    if (streamed) this.#splitter.push(bytes);
    else if (splitter !== undefined) this.#takeCut(splitter.push(bytes));
    else this.#take({ kind: "frame", frame: plainFrame(bytes, this.#nowMs()) });
  }

  end(): void {
    this.#last({ kind: "end" });
  }

  cut(how: "fin" | "rst"): void {
    this.#last({ kind: "cut", how });
  }

  fail(failure: UpstreamFailure): void {
    this.#last({ kind: "fail", failure });
  }

  /** The client left, or a later stage ended the reply. */
  stop(): void {
    this.#closed = true;
    this.#finished = true;
    this.#performer.stop();
    this.#drop();
    for (const signal of this.#options.releasedBy) signal.removeEventListener("abort", this.#release);
  }

  /** What the stage kept back must not wait for the next frame. It comes before all that waits here, behind what is being performed. */
  readonly #release = (): void => {
    if (this.#performer.over) return;
    this.#queue.unshift({ kind: "flush" });
    this.#work();
  };

  #last(item: Item): void {
    if (this.#closed) return;
    this.#splitter.end();
    this.#takeCut(this.#options.splitter?.end() ?? []);
    this.#closed = true;
    this.#take(item);
  }

  #takeCut(frames: readonly CutFrame[]): void {
    for (const frame of frames) this.#take({ kind: "frame", frame: { ...frame, arrivedMs: this.#nowMs() } });
  }

  #take(item: Item): void {
    if (this.#performer.over) return;
    this.#queue.push(item);
    if (item.kind === "frame") this.#options.onQueued(item.frame.bytes.length);
    this.#work();
  }

  /** One item after the other, until a step waits. Guarded, since performing a step can lead back here. */
  readonly #work = (): void => {
    if (this.#working) return;
    this.#working = true;
    while (!this.#performer.busy && !this.#performer.over) {
      const item = this.#queue.shift();
      if (item === undefined) break;
      this.#perform(item);
    }
    this.#working = false;
    if (this.#performer.over) this.#finish();
  };

  #perform(item: Item): void {
    switch (item.kind) {
      case "head":
        this.#steps(this.#ask(this.#headSteps), () => this.#performer.headSent());
        break;
      case "frame":
        this.#frame(item.frame);
        break;
      case "end":
        this.#steps(this.#ask(this.#endSteps), () => this.#pass((next) => next.end()));
        break;
      case "cut":
        this.#stage.flush();
        this.#pass((next) => next.cut(item.how));
        break;
      case "fail":
        this.#stage.flush();
        this.#pass((next) => next.fail(item.failure));
        break;
      case "flush":
        this.#stage.flush();
        break;
    }
  }

  readonly #headSteps = (stage: StreamStage): readonly StreamStep[] => stage.onHeaders?.(this.#at()) ?? [];
  readonly #endSteps = (stage: StreamStage): readonly StreamStep[] => stage.onEnd?.(this.#at()) ?? [];

  #frame(frame: StreamFrame): void {
    this.#options.onQueued(-frame.bytes.length);
    const meaning = meaningOf(this.#options.exchange.dialect, frame);
    const at = this.#at();
    this.#seen.add(frame, meaning);
    this.#steps(this.#ask((stage) => stage.onFrame(frame, meaning, at)) ?? [{ do: "send", bytes: frame.bytes }]);
  }

  /** Undefined when the stage is out of the way. */
  #ask(question: (stage: StreamStage) => readonly StreamStep[]): readonly StreamStep[] | undefined {
    return this.#stage.ask(question, this.#performer.revoked);
  }

  #steps(steps: readonly StreamStep[] | undefined, after?: () => void): void {
    this.#performer.perform(steps ?? [], () => {
      after?.();
      this.#work();
    });
  }

  #pass(tell: (next: Downstream) => void): void {
    this.#performer.stop();
    tell(this.#options.next);
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    const early = !this.#closed || this.#queue.length > 0;
    this.#closed = true;
    this.#drop();
    if (early) this.#options.onOver();
  }

  #drop(): void {
    for (const item of this.#queue) if (item.kind === "frame") this.#options.onQueued(-item.frame.bytes.length);
    this.#queue = [];
  }

  #applied(): void {
    const { events, tokens } = this.#at();
    this.#options.onApplied({ bytes: this.#performer.sentBytes, events, tokens });
  }

  #at() {
    return this.#seen.at(this.#nowMs());
  }

  #nowMs(): number {
    return this.#options.exchange.shared.options.clock.nowMs();
  }
}
