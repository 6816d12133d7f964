import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type RecordedExchange, readCassette } from "../../src/cassette/index.ts";
import { createScrubber } from "../../src/core/secrets.ts";
import { createRecorder } from "../../src/upstreams/index.ts";
import { createFakeClock } from "./clock.ts";
import { createTestSink } from "./proxy.ts";

/** A recorder at work, in a folder that goes with the test. `stopped` ends it and gives what the cassette holds. */
export function startRecording(redactions: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "llm-chaos-redact-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "tape.jsonl");
  const clock = createFakeClock();
  const { sink, of } = createTestSink(clock);
  const scrubber = createScrubber();
  const recorder = createRecorder({
    clock,
    sink,
    scrubber,
    redactions,
    versions: { llm_chaos: "0.0.0", node: "v24" },
    upstreams: [{ name: "test", kind: "live", address: "http://test" }],
    notify() {},
  });
  recorder.start(file);
  const stopped = async () => {
    await recorder.stop();
    const all: RecordedExchange[] = [];
    for await (const exchange of readCassette(file)) all.push(exchange);
    return all;
  };
  return { file, clock, sink, of, scrubber, wrap: recorder.wrap, stopped };
}
