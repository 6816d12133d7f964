import type { Clock } from "../core/clock.ts";
import type { EventSink } from "../core/event.ts";
import type { Scrubber } from "../core/secrets.ts";
import { createRecorder, type Recorder } from "../upstreams/index.ts";
import type { SessionOptions } from "./options.ts";
import { VERSION } from "./version.ts";

/** The recorder of a session: off until somebody starts it. */
export function createRecording(
  { upstreams, notify, redact }: SessionOptions,
  parts: { clock: Clock; scrubber: Scrubber; sink: EventSink },
): Recorder {
  return createRecorder({
    ...parts,
    versions: { llm_chaos: VERSION, node: process.version },
    upstreams: upstreams.flatMap(({ name, kind, address }) =>
      kind === "replay" ? [] : [{ name: name ?? address, kind, address }],
    ),
    redactions: redact ?? [],
    notify,
  });
}
