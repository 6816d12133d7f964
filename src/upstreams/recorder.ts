import { randomUUID } from "node:crypto";
import {
  CASSETTE_VERSION,
  type CassetteHeader,
  type CassetteWriter,
  createCassetteWriter,
  createRedactor,
} from "../cassette/index.ts";
import type { Clock } from "../core/clock.ts";
import type { Dialect } from "../core/dialect.ts";
import { UserError } from "../core/errors.ts";
import type { EventSink } from "../core/event.ts";
import type { Scrubber } from "../core/secrets.ts";
import type { Upstream } from "../core/upstream.ts";
import { CannotRecord, exchangeOf } from "./recorder/exchange-of.ts";
import { Tape } from "./recorder/tape.ts";

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

/** Records what goes through the upstreams it wraps, while it is on. It never delays, changes or fails a call. */
export interface Recorder {
  wrap(upstream: Upstream, dialects: readonly Dialect[]): Upstream;
  /** Throws a UserError when it records already, or when the file exists or cannot be created. */
  start(file: string): void;
  /** Ends when what was heard is on the disk. Calls that still run are not recorded. */
  stop(): Promise<RecordingState | undefined>;
  /** Undefined: it does not record. */
  state(): RecordingState | undefined;
}

const HELD_BYTES = 256 << 20;

export function createRecorder(options: RecorderOptions): Recorder {
  let session: Recording | undefined;
  return {
    wrap(upstream, dialects) {
      return async (request, signal) => {
        const tape = session?.tapeFor({ request, signal, dialects });
        if (tape === undefined) return upstream(request, signal);
        try {
          return tape.follow(await upstream(request, signal));
        } catch (error) {
          tape.failed(error);
          throw error;
        }
      };
    },
    start(file) {
      if (session !== undefined) {
        throw new UserError(`${session.state().file} is being recorded already`, { hint: "stop that recording first" });
      }
      session = createRecording(file, options);
    },
    async stop() {
      const stopping = session;
      session = undefined;
      await stopping?.stop();
      return stopping?.state();
    },
    state: () => session?.state(),
  };
}

type Recording = ReturnType<typeof createRecording>;
type CallToTape = Pick<ConstructorParameters<typeof Tape>[0], "request" | "signal"> & { dialects: readonly Dialect[] };

function createRecording(path: string, options: RecorderOptions) {
  const { clock, sink, scrubber, notify, maxHeldBytes = HELD_BYTES } = options;
  const redactor = createRedactor(options.redactions ?? []);
  let exchanges = 0;
  let dropped = 0;
  let heldBytes = 0;
  let broken = false;
  let stopped = false;
  /** What is over and waits to be written, one after another. */
  let writing = Promise.resolve();
  const tell = (state: "started" | "rotated" | "dropped" | "stopped", why?: string) =>
    sink.append({ type: "recording", state, file: writer.file, exchanges, ...(why !== undefined && { why }) });
  const drop = (why: string) => {
    dropped++;
    if (dropped === 1)
      notify(`warning: a call was not recorded: ${why}. Its traffic went on; further ones are in the event log`);
    tell("dropped", why);
  };
  const writer: CassetteWriter = createCassetteWriter({
    path,
    header: headerOf(options),
    ...(options.maxPartBytes !== undefined && { maxPartBytes: options.maxPartBytes }),
    onRotate: () => tell("rotated"),
    onFailure(error) {
      broken = true;
      notify(
        `warning: the recording ${writer.file} broke off: ${error.message}. What was written stays; calls go on unrecorded`,
      );
      tell("dropped", `the cassette cannot be written: ${error.message}`);
    },
  });
  const write = async (tape: Tape, dialects: readonly Dialect[]) => {
    // Between two calls the streams that run get their turn.
    await new Promise(setImmediate);
    if (broken || tape.ending === undefined) return;
    const dialect = dialects.find(({ id }) => id === tape.request.call.dialect);
    const exchange = await exchangeOf(tape, tape.ending, { id: `r${exchanges + 1}`, dialect, scrubber, redactor });
    if (writer.write(JSON.stringify(exchange))) exchanges++;
  };
  const onEnd = (tape: Tape, dialects: readonly Dialect[]) => {
    if (stopped) return;
    if (tape.givenUp) {
      heldBytes -= tape.bytes;
      drop("there is no room for it: the disk is too slow, or too much is under way at once");
      return;
    }
    writing = writing
      .then(() => write(tape, dialects))
      .catch((error: unknown) => drop(error instanceof CannotRecord ? error.message : "an error inside llm-chaos"))
      .finally(() => {
        heldBytes -= tape.bytes;
      });
  };
  tell("started");
  return {
    tapeFor({ request, signal, dialects }: CallToTape): Tape | undefined {
      if (broken) return undefined;
      const takes = (bytes: number) => {
        if (heldBytes + writer.waitingBytes + bytes > maxHeldBytes) return false;
        heldBytes += bytes;
        return true;
      };
      return new Tape({ request, signal, clock, takes, onEnd: (tape) => onEnd(tape, dialects) });
    },
    async stop() {
      stopped = true;
      await writing;
      await writer.close();
      tell("stopped");
    },
    state: (): RecordingState => ({ file: writer.file, exchanges, dropped }),
  };
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
