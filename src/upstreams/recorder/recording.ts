import { randomUUID } from "node:crypto";
import {
  CASSETTE_VERSION,
  type CassetteHeader,
  type CassetteWriter,
  createCassetteWriter,
  createRedactor,
  isPlayable,
  LONGEST_LINE,
  type Redactor,
  writePartIndex,
} from "../../cassette/index.ts";
import type { Clock } from "../../core/clock.ts";
import type { Dialect } from "../../core/dialect.ts";
import { UserError } from "../../core/errors.ts";
import type { EventBody, EventSink } from "../../core/event.ts";
import type { Scrubber } from "../../core/secrets.ts";
import { CannotRecord, exchangeOf } from "./exchange-of.ts";
import { Tape, type TapeOptions } from "./tape.ts";

export interface RecorderOptions {
  clock: Clock;
  sink: EventSink;
  scrubber: Scrubber;
  /** JSON paths whose texts become placeholders (`--redact`). */
  redactions?: readonly string[];
  versions: CassetteHeader["versions"];
  upstreams: CassetteHeader["upstreams"];
  /** Loud words for people: what is dropped, and that a recording broke off. */
  notify(line: string): void;
  /** What calls that run, and lines on their way to the disk, may hold together. Default 256 MiB. */
  maxHeldBytes?: number;
  maxPartBytes?: number;
}

export interface RecordingState {
  file: string;
  /** Written so far. */
  exchanges: number;
  /** Calls of which nothing was written. */
  dropped: number;
}

const HELD_BYTES = 256 << 20;

type CallToTape = Pick<TapeOptions, "request" | "signal"> & { dialects: readonly Dialect[] };

/** One cassette while it is written. */
export class Recording {
  readonly #options: RecorderOptions;
  readonly #redactor: Redactor | undefined;
  readonly #writer: CassetteWriter;
  #exchanges = 0;
  #dropped = 0;
  /** Of calls that run, and of those that are over and not handed to the writer yet. */
  #heldBytes = 0;
  #broken = false;
  #stopped = false;
  /** What is over waits here to be written, one after another. */
  #writing = Promise.resolve();

  /** Throws a UserError when the file exists or cannot be created. */
  constructor(path: string, options: RecorderOptions) {
    if (options.upstreams.length === 0) {
      throw new UserError("there is nothing to record: every upstream is a replay", {
        hint: "record a real provider (--upstream https://…) or the stub",
      });
    }
    this.#options = options;
    this.#redactor = createRedactor(options.redactions ?? []);
    this.#writer = createCassetteWriter({
      path,
      header: headerOf(options),
      ...(options.maxPartBytes !== undefined && { maxPartBytes: options.maxPartBytes }),
      onRotate: () => this.#tell("rotated"),
      onPart: indexQuietly,
      onFailure: (error) => this.#breakOff(error),
    });
    this.#tell("started");
  }

  /** Undefined: nothing can be written any more. */
  tapeFor({ request, signal, dialects }: CallToTape): Tape | undefined {
    if (this.#broken) return undefined;
    const { clock, maxHeldBytes = HELD_BYTES } = this.#options;
    const takes = (bytes: number) => {
      if (this.#heldBytes + this.#writer.waitingBytes + bytes > maxHeldBytes) return false;
      this.#heldBytes += bytes;
      return true;
    };
    return new Tape({ request, signal, clock, takes, onEnd: (tape) => this.#onEnd(tape, dialects) });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writing;
    await this.#writer.close();
    this.#tell("stopped");
  }

  state(): RecordingState {
    return { file: this.#writer.file, exchanges: this.#exchanges, dropped: this.#dropped };
  }

  #onEnd(tape: Tape, dialects: readonly Dialect[]): void {
    if (this.#stopped) return;
    if (tape.givenUp) {
      this.#heldBytes -= tape.bytes;
      this.#drop("there is no room for it: the disk is too slow, or too much is under way at once");
      return;
    }
    this.#writing = this.#writing
      .then(() => this.#write(tape, dialects))
      .catch((error: unknown) =>
        this.#drop(error instanceof CannotRecord ? error.message : "an error inside llm-chaos"),
      )
      .finally(() => {
        this.#heldBytes -= tape.bytes;
      });
  }

  async #write(tape: Tape, dialects: readonly Dialect[]): Promise<void> {
    // Between two calls the streams that run get their turn.
    await new Promise(setImmediate);
    if (this.#broken || tape.ending === undefined) return;
    const { scrubber } = this.#options;
    const redactor = this.#redactor;
    const dialect = dialects.find(({ id }) => id === tape.request.call.dialect);
    const id = `r${this.#exchanges + 1}`;
    const exchange = await exchangeOf(tape, tape.ending, { id, dialect, scrubber, redactor });
    const { fingerprint: hashes, end } = exchange;
    const lookUp = isPlayable(exchange) ? { hashes, partial: end.how === "client_left" } : undefined;
    const line = JSON.stringify(exchange);
    if (line.length > LONGEST_LINE) throw new CannotRecord("it is larger than any reader of the cassette would take");
    if (this.#writer.write(line, lookUp)) this.#exchanges++;
  }

  #drop(why: string): void {
    this.#dropped++;
    if (this.#dropped === 1) {
      this.#options.notify(
        `warning: a call was not recorded: ${why}. Its traffic went on; further ones are in the event log`,
      );
    }
    this.#tell("dropped", why);
  }

  #breakOff({ message }: Error): void {
    this.#broken = true;
    this.#options.notify(
      `warning: the recording ${this.#writer.file} broke off: ${message}. What was written stays; calls go on unrecorded`,
    );
    this.#tell("dropped", `the cassette cannot be written: ${message}`);
  }

  #tell(state: EventBody<"recording">["state"], why?: string): void {
    const { file } = this.#writer;
    const exchanges = this.#exchanges;
    this.#options.sink.append({ type: "recording", state, file, exchanges, ...(why !== undefined && { why }) });
  }
}

/** The index only saves a reading: whoever replays the cassette makes it where it is missing. */
function indexQuietly(part: Parameters<typeof writePartIndex>[0]): void {
  try {
    writePartIndex(part);
  } catch {
    // The file was moved or taken away while it was being recorded.
  }
}

function headerOf({ clock, versions, upstreams, redactions = [] }: RecorderOptions): Omit<CassetteHeader, "part"> {
  return {
    llm_chaos_cassette: CASSETTE_VERSION,
    recording: randomUUID(),
    created: new Date(clock.wallMs()).toISOString(),
    versions,
    upstreams,
    redactions: [...redactions],
  };
}
