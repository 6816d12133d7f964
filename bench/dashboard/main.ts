import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startServer, watchProcess } from "../relay/processes.ts";
import { Run } from "../relay/run.ts";
import { startProgram } from "./program.ts";
import { addedRatio, type Pair, quantile, type Window } from "./windows.ts";

/**
 * `npm run bench:dashboard [-- --streams 500] [-- --pace 50] [-- --pairs 30]`
 * What ten open dashboards cost the calls. The streams never stop; the dashboards come for a few seconds and leave again, in turn,
 * so that what else happens on the machine meets both alike. The delay of a chunk without any proxy is measured before and after,
 * and taken off. Loopback only.
 *
 * With fewer cores than processes (upstream, program, caller, viewers) the pace decides what is measured: at an event each 20 ms
 * 500 streams fill two cores, and then it is the queue for them that shows, not the dashboards.
 */
const { values } = parseArgs({
  options: {
    streams: { type: "string", default: "500" },
    pace: { type: "string", default: "50" },
    pairs: { type: "string", default: "30" },
  },
});
const VIEWERS = 10;
const TOKEN = "token-of-the-dashboard-bench";
const WARM_UP_MS = 8_000;
const WINDOW_MS = 2_000;
/** Between two windows: viewers come or go, and the streams settle. Open dashboards are measured, not their opening. */
const SETTLE_MS = 1_500;
const TARGET = 1.1;

const calls = Number(values.streams);
const folder = mkdtempSync(join(tmpdir(), "dashboard-bench-"));
const upstream = await startServer("upstream.ts", [values.pace]);
const program = await startProgram(upstream.url, { folder, token: TOKEN });
const viewers = fork(join(import.meta.dirname, "viewers.ts"), [program.control, TOKEN, String(VIEWERS)], {
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
try {
  console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the start, Node ${process.versions.node}`);
  console.log(
    `${calls} streams, an event each ${values.pace} ms; ${values.pairs} times ${WINDOW_MS / 1_000} s with none`,
  );
  const before = await measureDirect();
  const pairs = await measurePairs();
  const direct = [...before, ...(await measureDirect())];
  process.exitCode = report(direct, pairs) ? 0 : 1;
} finally {
  viewers.disconnect();
  await program.stop();
  await upstream.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function startRun(url: string): Promise<Run> {
  const run = new Run({ url, answer: "paced", calls });
  run.start(WARM_UP_MS / 2);
  await pause(WARM_UP_MS);
  return run;
}

async function measureDirect(): Promise<Window[]> {
  const run = await startRun(upstream.url);
  const windows = [await windowOf(run), await windowOf(run)];
  await run.close();
  return windows;
}

interface Measured {
  pairs: Pair[];
  /** Milliseconds of processor time that the program used, all its threads. */
  processorMs: { none: number; ten: number };
  /** What each viewer got in a second it watched. */
  messages: number;
  bytes: number;
}

/** The order turns, so that neither always follows the other. */
async function measurePairs(): Promise<Measured> {
  const run = await startRun(program.url);
  const pairs: Pair[] = [];
  const processorMs = { none: 0, ten: 0 };
  let watchedMs = 0;
  let got = { messages: 0, bytes: 0 };
  const measure = async (of: "none" | "ten"): Promise<Window> => {
    const from = performance.now();
    if (of === "ten") await tell(viewers, "open");
    await pause(SETTLE_MS);
    const watch = watchProcess(program.pid);
    const window = await windowOf(run);
    processorMs[of] += watch.stop().processorMs ?? Number.NaN;
    if (of === "none") return window;
    got = await tell(viewers, "close");
    watchedMs += performance.now() - from;
    return window;
  };
  for (let i = 0; i < Number(values.pairs); i++) {
    const first = await measure(i % 2 === 0 ? "none" : "ten");
    const second = await measure(i % 2 === 0 ? "ten" : "none");
    pairs.push(i % 2 === 0 ? { none: first, ten: second } : { none: second, ten: first });
  }
  await run.close();
  if (run.wrong > 0) throw new Error(`${run.wrong} answers were wrong`);
  const viewerSeconds = (VIEWERS * watchedMs) / 1_000;
  return { pairs, processorMs, messages: got.messages / viewerSeconds, bytes: got.bytes / viewerSeconds };
}

async function windowOf(run: Run): Promise<Window> {
  run.chunkDelayMs = [];
  run.measuring = true;
  await pause(WINDOW_MS);
  run.measuring = false;
  return Float64Array.from(run.chunkDelayMs);
}

async function tell(child: ChildProcess, order: "open" | "close"): Promise<{ messages: number; bytes: number }> {
  child.send(order);
  const [answer] = (await once(child, "message")) as [{ messages: number; bytes: number }];
  return answer;
}

/**
 * Whether the target is held: by the median, and broken by none of the others. The slowest hundredth is made of the collector's
 * pauses (one of 10 to 20 ms a second, with 500 streams), whoever watches: a pause more or less in a window moves it a lot.
 */
function report(directs: readonly Window[], { pairs, processorMs, messages, bytes }: Measured): boolean {
  const none = pairs.map((pair) => pair.none);
  const ten = pairs.map((pair) => pair.ten);
  const chunks = [...none, ...ten].reduce((sum, { length }) => sum + length, 0);
  console.log(`${chunks} chunks; a viewer got ${messages.toFixed(1)} messages/s, ${(bytes / 1_024).toFixed(1)} KiB/s`);
  const busy = (ms: number) => ((ms / (WINDOW_MS * pairs.length)) * 100).toFixed(0);
  console.log(
    `the program used ${busy(processorMs.none)} % of a core with none, ${busy(processorMs.ten)} % with ten watching\n`,
  );
  console.log(
    `| chunk delay | direct ms | added, none | added, ten | ten / none | 95 % of draws | at most ${TARGET} |`,
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  const said = new Map<number, string>();
  for (const share of [0.5, 0.9, 0.99]) {
    const direct = quantile(directs, share);
    const { value, low, high } = addedRatio(pairs, { direct, share });
    const added = [quantile(none, share) - direct, quantile(ten, share) - direct, value];
    const cells = [direct, ...added].map((number) => number.toFixed(2));
    said.set(share, value <= TARGET ? "held" : low <= TARGET ? "not to be told" : "broken");
    console.log(
      `| p${share * 100} | ${cells.join(" | ")} | ${low.toFixed(2)}–${high.toFixed(2)} | ${said.get(share)} |`,
    );
  }
  return said.get(0.5) === "held" && ![...said.values()].includes("broken");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
