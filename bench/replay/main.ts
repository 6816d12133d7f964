import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createScrubber } from "../../src/core/secrets.ts";
import { dialectsFor } from "../../src/providers/index.ts";
import { createSystemClock } from "../../src/run/system-clock.ts";
import { createHttpUpstream, createRecorder } from "../../src/upstreams/index.ts";
import { type Server, startServer, watchProcess } from "../relay/processes.ts";
import { askAll } from "./ask.ts";
import { recordAll } from "./record.ts";

/**
 * `npm run bench:replay [-- --calls 10000]`
 * Recorded calls replayed by llm-chaos beside aimock replaying its own fixtures of the same answers, in turn, in one run. The
 * answers are aimock's own: they are recorded from it first. Once with as many recordings as calls, once with a hundred.
 */
const { values } = parseArgs({
  options: { calls: { type: "string", default: "10000" }, rounds: { type: "string", default: "2" } },
});
const calls = Number(values.calls);
const rounds = Number(values.rounds);
const folder = mkdtempSync(join(tmpdir(), "replay-bench-"));
try {
  console.log(`Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the start`);
  for (const recordings of [calls, 100]) await compare(recordings);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(recordings: number): Promise<void> {
  const cassette = join(folder, `tape-${recordings}.jsonl`);
  const aimock = await startServer("../replay/aimock.ts", [String(recordings)]);
  const clock = createSystemClock();
  const live = createHttpUpstream({ base: new URL(aimock.url), clock });
  const recorder = createRecorder({
    clock,
    scrubber: createScrubber(),
    sink: { append: (event) => ({ v: 1, seq: 0, t_ms: 0, at: "", phase: "", ...event }) },
    versions: { llm_chaos: "bench", node: process.version },
    upstreams: [{ name: "aimock", kind: "live", address: aimock.url }],
    notify: (line) => console.error(line),
  });
  recorder.start(cassette);
  const dialects = dialectsFor(undefined);
  await recordAll(recorder.wrap(live.upstream, dialects), { recordings, dialects });
  const state = await recorder.stop();
  await live.close();
  const opening = performance.now();
  const ours = await startServer("../replay/ours.ts", [cassette, folder]);
  const openedMs = performance.now() - opening;
  try {
    const megabytes = (statSync(cassette).size / 2 ** 20).toFixed(1);
    console.log(
      `\n${calls} calls, 32 at once, over ${state?.exchanges} recordings (${megabytes} MiB; started with a first look at the file in ${openedMs.toFixed(0)} ms)`,
    );
    console.log(await measure({ aimock, "llm-chaos": ours }, recordings));
  } finally {
    await ours.stop();
    await aimock.stop();
  }
}

/** Each round asks both, each time the other first, so that a busy moment of the machine hits both. */
async function measure(servers: Record<string, Server>, recordings: number): Promise<string> {
  const lines: string[] = [];
  const ratios: number[] = [];
  /** Processor time is less shaken by what else runs on the machine. */
  const costs: number[] = [];
  for (const server of Object.values(servers)) await askAll(server.url, { calls: Math.min(calls, 500), recordings });
  for (let round = 0; round < rounds; round++) {
    const rates: Record<string, number> = {};
    const used: Record<string, number> = {};
    const names = round % 2 === 0 ? Object.keys(servers) : Object.keys(servers).reverse();
    for (const name of names) {
      const server = servers[name] as Server;
      const watched = watchProcess(server.pid);
      const { rate, wrong } = await askAll(server.url, { calls, recordings });
      const { peakMegabytes, processorMs } = watched.stop();
      rates[name] = rate;
      used[name] = processorMs ?? Number.NaN;
      const cost = processorMs === undefined ? "" : `, CPU ${((processorMs * 1_000) / calls).toFixed(0)} µs a call`;
      lines.push(
        `  ${name.padEnd(10)} ${rate.toFixed(0).padStart(6)} calls/s${cost}, peak ${peakMegabytes?.toFixed(0)} MB, wrong ${wrong}`,
      );
    }
    ratios.push((rates["llm-chaos"] ?? 0) / (rates["aimock"] ?? 1));
    costs.push((used["aimock"] ?? 0) / (used["llm-chaos"] ?? 1));
  }
  return `${lines.join("\n")}\n  llm-chaos / aimock: ${listed(ratios)} × the rate, ${listed(costs)} × the calls for the same processor time`;
}

function listed(numbers: readonly number[]): string {
  return numbers.map((number) => number.toFixed(2)).join(", ");
}
