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
 * Beside both a bare server that answers the same bytes and does nothing else: what no replay on Node's HTTP can fall below.
 * aimock has its fixtures in memory from the start. Ours reads a recording from the file the first time it is asked for, so the
 * first round is told apart; later ones find in memory what fits there.
 */
const { values } = parseArgs({
  options: { calls: { type: "string", default: "10000" }, rounds: { type: "string", default: "5" } },
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
  const floor = await startServer("../replay/floor.ts", [cassette]);
  const opening = performance.now();
  const ours = await startServer("../replay/ours.ts", [cassette, folder]);
  const openedMs = performance.now() - opening;
  try {
    const megabytes = (statSync(cassette).size / 2 ** 20).toFixed(1);
    console.log(
      `\n${calls} calls, 32 at once, over ${state?.exchanges} recordings (${megabytes} MiB; started with a first look at the file in ${openedMs.toFixed(0)} ms)`,
    );
    console.log(await measure({ aimock, "llm-chaos": ours, floor }, recordings));
  } finally {
    for (const server of [ours, aimock, floor]) await server.stop();
  }
}

interface Side {
  /** Calls per second, one number a round. */
  rates: number[];
  /** Microseconds of processor time a call, all threads. Less shaken by what else runs on the machine than the rate is. */
  costs: number[];
  peakMegabytes: number;
  wrong: number;
}

/** Each round asks all, each time in the other order, so that a busy moment of the machine hits all of them. */
async function measure(servers: Record<string, Server>, recordings: number): Promise<string> {
  const sides = new Map<string, Side>();
  for (const [name, server] of Object.entries(servers)) {
    await askAll(server.url, { calls: Math.min(calls, 1_500), recordings });
    sides.set(name, { rates: [], costs: [], peakMegabytes: 0, wrong: 0 });
  }
  for (let round = 0; round < rounds; round++) {
    const turn = round % 2 === 0 ? [...sides] : [...sides].reverse();
    for (const [name, side] of turn) {
      const server = servers[name] as Server;
      const watched = watchProcess(server.pid);
      const { rate, wrong } = await askAll(server.url, { calls, recordings });
      const { peakMegabytes, processorMs } = watched.stop();
      side.rates.push(rate);
      side.costs.push(processorMs === undefined ? Number.NaN : (processorMs * 1_000) / calls);
      side.peakMegabytes = Math.max(side.peakMegabytes, peakMegabytes ?? 0);
      side.wrong += wrong;
    }
  }
  return [
    ...Array.from(sides, ([name, side]) => lineOf(name, side)),
    `${ratioOf("llm-chaos", sides)}; in the first round ${ratio("llm-chaos", sides, firstOf).toFixed(2)} × the rate`,
    ratioOf("floor", sides),
  ].join("\n");
}

function lineOf(name: string, { rates, costs, peakMegabytes, wrong }: Side): string {
  const rate = `${spread(rates)} calls/s`.padEnd(32);
  return `  ${name.padEnd(10)} ${rate} CPU ${spread(costs)} µs a call, peak ${peakMegabytes.toFixed(0)} MB, wrong ${wrong}`;
}

function ratioOf(name: string, sides: ReadonlyMap<string, Side>): string {
  const cost = median(sides.get("aimock")?.costs) / median(sides.get(name)?.costs);
  const rate = ratio(name, sides, median).toFixed(2);
  return `  ${name} / aimock: ${rate} × the rate, ${cost.toFixed(2)} × the calls for the same processor time`;
}

/** Of the rates, against aimock's. */
function ratio(name: string, sides: ReadonlyMap<string, Side>, of: (rates?: readonly number[]) => number): number {
  return of(sides.get(name)?.rates) / of(sides.get("aimock")?.rates);
}

function firstOf([first = Number.NaN]: readonly number[] = []): number {
  return first;
}

/** The median, least and most in brackets. */
function spread(values: readonly number[]): string {
  return `${median(values).toFixed(0)} [${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}]`;
}

function median(values: readonly number[] = []): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? Number.NaN) + (sorted[sorted.length >> 1] ?? Number.NaN)) / 2;
}
