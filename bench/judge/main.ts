import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeLog } from "./generate.ts";
import type { Measured } from "./measure.ts";

/** `npm run bench:judge [-- EVENTS]`: reading, folding, judging and reporting a log, beside plain JSON.parse of its lines. */

const EVENTS = 1_000_000;
const SEED = 7;
/** Taken in turns, so that a busy moment of the machine meets both; the median counts. */
const ROUNDS = 3;
const WANTED_RATIO = 3;

const count = Number(process.argv[2] ?? EVENTS);
const folder = mkdtempSync(join(tmpdir(), "llm-chaos-judge-"));
try {
  const path = join(folder, "events.jsonl");
  writeLog(path, count, SEED);
  process.stdout.write(
    `${count.toLocaleString("en-US")} events, ${(statSync(path).size / 1e6).toFixed(0)} MB, seed ${SEED}\n`,
  );
  const rounds = Array.from({ length: ROUNDS }, () => ({
    parse: measure("parse", path),
    judge: measure("judge", path),
  }));
  const parse = median(rounds.map((round) => round.parse));
  const judge = median(rounds.map((round) => round.judge));
  print("JSON.parse, line by line", parse);
  print("read, fold, judge, report", judge);
  const ratio = judge.cpuMs / parse.cpuMs;
  const held = ratio <= WANTED_RATIO;
  process.stdout.write(
    `ratio ${ratio.toFixed(2)} by processor time (${(judge.ms / parse.ms).toFixed(2)} by the clock), wanted at most ${WANTED_RATIO}: ${held ? "held" : "not held"}\n`,
  );
  if (!held) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function measure(what: "parse" | "judge", path: string): Measured {
  return JSON.parse(
    execFileSync(process.execPath, [join(import.meta.dirname, "measure.ts"), what, path], { encoding: "utf8" }),
  );
}

function median(measured: readonly Measured[]): Measured {
  const sorted = measured.toSorted((a, b) => a.cpuMs - b.cpuMs);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

function print(what: string, { ms, cpuMs, peakRssMb, saw }: Measured): void {
  process.stdout.write(
    `${what.padEnd(26)} ${(cpuMs / 1_000).toFixed(2).padStart(6)} s of processor, ${(ms / 1_000).toFixed(2).padStart(6)} s by the clock, peak ${peakRssMb.toFixed(0).padStart(5)} MB  (${saw})\n`,
  );
}
