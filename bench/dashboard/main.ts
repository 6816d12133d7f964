import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Client, type Server, startClient, startServer, watchProcess } from "../relay/processes.ts";
import type { Job, Measured } from "../relay/protocol.ts";
import { type Program, startProgram } from "./program.ts";

/**
 * `npm run bench:dashboard [-- --rounds 5] [-- --streams 500]`
 * What ten open dashboards cost the calls: the same streams through the same proxy with none and with ten watching, in turn,
 * and directly, so that the delay of the machine itself can be taken off. Loopback only.
 */
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, streams: { type: "string", default: "500" } },
});
const VIEWERS = 10;
const TOKEN = "token-of-the-dashboard-bench";
const job: Omit<Job, "url"> = { answer: "paced", calls: Number(values.streams), warmUpMs: 2_000, measureMs: 4_000 };

type Delays = { p50: number; p99: number; processorMs: number };
type Round = { direct: Delays; none: Delays; ten: Delays };

const folder = mkdtempSync(join(tmpdir(), "dashboard-bench-"));
const upstream = await startServer("upstream.ts", []);
const program = await startProgram(upstream.url, { folder, token: TOKEN });
const client = startClient();
try {
  console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} at the start, Node ${process.versions.node}`);
  console.log(`${job.calls} streams, an event each 20 ms; ${VIEWERS} viewers or none; ${values.rounds} rounds in turn`);
  const rounds: Round[] = [];
  for (let i = 0; i < Number(values.rounds); i++) rounds.push(await playRound(i, { client, upstream, program }));
  report(rounds);
} finally {
  await client.stop();
  await program.stop();
  await upstream.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** The order turns, so that neither always follows the other. */
async function playRound(index: number, parts: { client: Client; upstream: Server; program: Program }): Promise<Round> {
  const direct = await measure(parts.client, parts.upstream);
  const measureWith = async (viewers: number) => {
    const watching = viewers === 0 ? undefined : await openViewers(parts.program, viewers);
    const delays = await measure(parts.client, parts.program);
    await watching?.close();
    return delays;
  };
  const first = await measureWith(index % 2 === 0 ? 0 : VIEWERS);
  const second = await measureWith(index % 2 === 0 ? VIEWERS : 0);
  const [none, ten] = index % 2 === 0 ? [first, second] : [second, first];
  process.stderr.write(
    `round ${index + 1}: added p50 ${words(none, ten, direct, "p50")}, p99 ${words(none, ten, direct, "p99")}\n`,
  );
  return { direct, none, ten };
}

function words(none: Delays, ten: Delays, direct: Delays, at: "p50" | "p99"): string {
  return `${(none[at] - direct[at]).toFixed(2)} → ${(ten[at] - direct[at]).toFixed(2)} ms`;
}

/** With the processor time that the server used meanwhile, all its threads: less shaken by what else runs here than delays are. */
async function measure(caller: Client, { url, pid }: Server): Promise<Delays> {
  const watched = watchProcess(pid);
  const { chunkDelay, wrong }: Measured = await caller.measure({ ...job, url });
  const { processorMs = Number.NaN } = watched.stop();
  if (chunkDelay === undefined || wrong > 0) throw new Error(`${wrong} answers were wrong`);
  return { ...chunkDelay, processorMs };
}

async function openViewers({ control }: Program, count: number): Promise<{ close(): Promise<void> }> {
  const viewers: ChildProcess = fork(join(import.meta.dirname, "viewers.ts"), [control, TOKEN, String(count)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  await once(viewers, "message");
  const openedAt = performance.now();
  return {
    async close() {
      viewers.send("how much?");
      const [{ messages, bytes }] = (await once(viewers, "message")) as [{ messages: number; bytes: number }];
      const seconds = (performance.now() - openedAt) / 1_000;
      const each = messages / count / seconds;
      process.stderr.write(
        `  each viewer: ${each.toFixed(1)} messages/s, ${(bytes / count / seconds / 1_024).toFixed(1)} KiB/s\n`,
      );
      viewers.disconnect();
      await once(viewers, "exit");
    },
  };
}

function report(rounds: readonly Round[]): void {
  console.log("\n| chunk delay | direct ms | none ms | ten ms | added, none | added, ten | added ten / none |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const at of ["p50", "p99"] as const) {
    const columns = [
      median(rounds.map(({ direct }) => direct[at])),
      median(rounds.map(({ none }) => none[at])),
      median(rounds.map(({ ten }) => ten[at])),
      median(rounds.map(({ direct, none }) => none[at] - direct[at])),
      median(rounds.map(({ direct, ten }) => ten[at] - direct[at])),
      median(rounds.map(({ direct, none, ten }) => (ten[at] - direct[at]) / (none[at] - direct[at]))),
    ];
    console.log(`| ${at} | ${columns.map((value) => value.toFixed(2)).join(" | ")} |`);
  }
  const seconds = (job.warmUpMs + job.measureMs) / 1_000;
  const busy = (of: (round: Round) => Delays) => median(rounds.map((round) => of(round).processorMs)) / seconds / 10;
  const [none, ten] = [busy((round) => round.none), busy((round) => round.ten)];
  console.log(`the program used ${none.toFixed(0)} % of a core with none, ${ten.toFixed(0)} % with ten watching`);
  console.log("median over the rounds; ratios are taken inside a round");
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}
