import type { StreamStage, StreamStep } from "../../core/fault.ts";

export interface AskedStageOptions {
  stage: StreamStage;
  send(bytes: Uint8Array): void;
  onBroken(error: unknown): void;
}

/** A stage that may break, or be taken out; then what it kept back goes out, and it is asked nothing more. */
export class AskedStage {
  readonly #options: AskedStageOptions;
  #broken = false;
  #flushed = false;

  constructor(options: AskedStageOptions) {
    this.#options = options;
  }

  /** Undefined when the stage is out of the way: removed, or broken. */
  ask(question: (stage: StreamStage) => readonly StreamStep[], removed: boolean): readonly StreamStep[] | undefined {
    if (!removed && !this.#broken) {
      try {
        return question(this.#options.stage);
      } catch (error) {
        this.#break(error);
      }
    }
    this.flush();
    return undefined;
  }

  /** What the stage kept back goes out, once. */
  flush(): void {
    const { stage, send } = this.#options;
    if (this.#flushed || stage.flush === undefined) return;
    this.#flushed = true;
    try {
      const bytes = stage.flush();
      if (bytes.length > 0) send(bytes);
    } catch (error) {
      this.#break(error);
    }
  }

  #break(error: unknown): void {
    this.#broken = true;
    this.#options.onBroken(error);
  }
}
