import type { Dialect } from "../core/dialect.ts";
import { UserError } from "../core/errors.ts";
import type { Upstream } from "../core/upstream.ts";
import { type RecorderOptions, Recording, type RecordingState } from "./recorder/recording.ts";

export type { RecorderOptions, RecordingState } from "./recorder/recording.ts";

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
      session = new Recording(file, options);
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
