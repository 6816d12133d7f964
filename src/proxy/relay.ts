import type { BodyReader, ReplyBody, UpstreamFailure } from "../core/upstream.ts";
import type { ClientSide } from "./client-side.ts";

export interface RelayOptions {
  client: ClientSide;
  body: ReplyBody;
  /** The body came to its end. */
  onEnd(): void;
  /** The body broke off, and what came before is sent. Not called when the client's side is over already. */
  onFail(failure: UpstreamFailure): void;
}

/**
 * The path without faults: bytes as they come. The chunks of one upstream read are joined into one write, since writes are
 * what a relay spends its time on: collected, and sent when the read's callbacks are over, or together with the end.
 * (Not by corking across ticks: uncorking after the end damages the next reply on the connection.)
 */
export class Relay implements BodyReader {
  readonly #options: RelayOptions;
  #collected: Uint8Array[] = [];
  #scheduled = false;
  #over = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    options.body.start(this);
    // A head without a body yet must not wait for it.
    this.#schedule();
  }

  data(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#collected.push(chunk);
    this.#schedule();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#options.onEnd();
    this.#options.client.end(this.#take());
  }

  fail(failure: UpstreamFailure): void {
    if (this.#over) return;
    this.#flush();
    this.#over = true;
    if (!this.#options.client.over) this.#options.onFail(failure);
  }

  #schedule(): void {
    if (this.#scheduled || this.#over) return;
    this.#scheduled = true;
    process.nextTick(flushNow, this);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#over) return;
    const { client, body } = this.#options;
    const bytes = this.#take();
    if (bytes === undefined) client.flushHead();
    else if (!client.send(bytes)) {
      body.pause();
      client.onDrain(() => body.resume());
    }
  }

  flushNow(): void {
    this.#flush();
  }

  #take(): Uint8Array | undefined {
    const chunks = this.#collected;
    if (chunks.length === 0) return undefined;
    this.#collected = [];
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
  }
}

function flushNow(relay: Relay): void {
  relay.flushNow();
}
