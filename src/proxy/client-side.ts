import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { EventBody } from "../core/event.ts";
import { type HeaderList, headerValue } from "../core/exchange.ts";
import { resetConnection } from "./reset.ts";

/** What the client's connection saw. */
export type Ending = EventBody<"reply_ended">["how"];

export interface ClientSideOptions {
  response: ServerResponse;
  clock: Clock;
  /** Once, when the client has everything or will get nothing more. */
  onClose(how: Ending): void;
  /** The bytes that went out, after they went out. */
  onSent(bytes: Uint8Array): void;
}

/** The reply as the client gets it: what was sent, how it ended. The only place that writes to the client. */
export class ClientSide {
  /** 0 until a status line was written. */
  status = 0;
  bytes = 0;
  firstByteMs = 0;
  lastByteMs = 0;
  readonly #options: ClientSideOptions;
  readonly #response: ServerResponse;
  /** How we ended it; undefined while we did not. */
  #how: Ending | undefined;
  #endsWithConnection = false;
  #flushed = false;

  constructor(options: ClientSideOptions) {
    this.#options = options;
    this.#response = options.response;
    // On the response, not the request: that one closes when its body was read.
    this.#response.once("close", this.#onClose);
    // A write that meets a broken connection is told by "close"; without a listener it would end the process.
    this.#response.on("error", () => undefined);
  }

  get over(): boolean {
    return this.#how !== undefined || this.#response.destroyed;
  }

  /** The reply is somebody else's: Node must not add a date to it. */
  relaysOther(): void {
    this.#response.sendDate = false;
  }

  /** Without a status text the usual one is written. Throws when Node refuses a header that an upstream managed to send. */
  head(status: number, statusText: string | undefined, headers: HeaderList): void {
    const response = this.#response;
    response.writeHead(status, statusText, headers as string[]);
    this.status = status;
    this.#endsWithConnection = !response.chunkedEncoding && headerValue(headers, "content-length") === undefined;
  }

  /** Sends the head now, if nothing has taken it along yet. */
  flushHead(): void {
    if (this.#flushed || this.over) return;
    this.#flushed = true;
    this.#response.flushHeaders();
  }

  /** False: the client is slow; `onDrain` says when to go on. */
  send(bytes: Uint8Array): boolean {
    if (this.over) return true;
    this.#flushed = true;
    const ready = this.#response.write(bytes);
    this.#sent(bytes);
    return ready;
  }

  onDrain(callback: () => void): void {
    this.#response.once("drain", callback);
  }

  end(bytes?: Uint8Array): void {
    if (this.over) return;
    this.#how = "complete";
    if (bytes === undefined) this.#response.end();
    else {
      this.#response.end(bytes);
      this.#sent(bytes);
    }
  }

  /** Breaks the connection after everything that was written. Where a body ends with its connection, only a reset tells a cut from an end. */
  cut(how: "fin" | "rst"): void {
    if (this.over) return;
    this.flushHead();
    this.#how = "cut";
    const { socket } = this.#response;
    if (socket === null || socket.destroyed) this.#response.destroy();
    else if (how === "fin" && !this.#endsWithConnection) socket.destroySoon();
    else socket.write("", () => resetConnection(socket));
  }

  /** Ends a connection on which nothing was said: by a reset, or, after a hang, by closing it. */
  abandon(how: "reset" | "hung"): void {
    if (this.over) return;
    this.#how = how;
    const { socket } = this.#response;
    if (socket === null) this.#response.destroy();
    else if (how === "reset") resetConnection(socket);
    else socket.destroySoon();
  }

  #sent(bytes: Uint8Array): void {
    this.lastByteMs = this.#options.clock.nowMs();
    if (this.bytes === 0) this.firstByteMs = this.lastByteMs;
    this.bytes += bytes.length;
    this.#options.onSent(bytes);
  }

  readonly #onClose = (): void => {
    const unsent = this.#how === "complete" && !this.#response.writableFinished;
    const how = this.#how === undefined || unsent ? "client_left" : this.#how;
    this.#how ??= how;
    this.lastByteMs = how === "client_left" ? this.lastByteMs : this.#options.clock.nowMs();
    this.#options.onClose(how);
  };
}
