import type { Decoder } from "../../core/decoders.ts";
import type { Observer, ReplySummary } from "./observer.ts";

/** More undecoded bytes than this are not kept waiting for the decoder: observation stops, the relay goes on. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** Observes through a decoded copy, off the relay's path. */
export class DecodedObserver implements Observer {
  readonly #inner: Observer;
  readonly #decoder: Decoder;
  #broken = false;

  constructor(inner: Observer, decoder: Decoder) {
    this.#inner = inner;
    this.#decoder = decoder;
    decoder.on("data", (chunk: Buffer) => inner.data(chunk));
    decoder.on("error", () => {
      this.#broken = true;
    });
  }

  get events(): number {
    return this.#inner.events;
  }

  get tokens(): number {
    return this.#inner.tokens;
  }

  data(chunk: Uint8Array): void {
    if (this.#broken) return;
    if (this.#decoder.writableLength > MAX_WAITING_BYTES) {
      this.#broken = true;
      this.#decoder.destroy();
    } else this.#decoder.write(chunk);
  }

  end(complete: boolean, done: (summary: ReplySummary) => void): void {
    // "close" comes after the last byte as well as after an error, and after a cut in the middle of the coded body.
    if (this.#broken && this.#decoder.closed) {
      this.#inner.end(complete, done);
      return;
    }
    this.#decoder.once("close", () => this.#inner.end(complete, done));
    if (!this.#broken) this.#decoder.end();
  }
}
