import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import type { Traffic } from "./plan.ts";
import type { Watched } from "./processes.ts";
import type { Measured } from "./protocol.ts";

export type Sample = Measured & Watched;

type Round = ReadonlyMap<string, Sample>;
type Cell = (sample: Sample, round: Round) => number | undefined;

const BARE = "http-proxy-3";

/** What stands in the columns. Ratios and differences compare within one round. */
const RATE: [title: string, cell: Cell, digits: number][] = [
  ["answers/s", (sample) => sample.rate, 0],
  ["× direct", (sample, round) => quotient(sample.rate, round.get("direct")?.rate), 2],
  [`× ${BARE}`, (sample, round) => quotient(sample.rate, round.get(BARE)?.rate), 2],
];
/** The relay's own processor time: less shaken by what else runs on the machine than the rate is. */
const PROCESSOR: typeof RATE = [
  ["CPU µs/answer", (sample) => processorTime(sample), 0],
  [`CPU × ${BARE}`, (sample, round) => quotient(processorTime(sample), processorTime(round.get(BARE))), 2],
];
const DELAYS: typeof RATE = [
  ["added TTFT p50 ms", (sample, round) => difference(sample.firstByte.p50, round.get("direct")?.firstByte.p50), 2],
  ["added TTFT p99 ms", (sample, round) => difference(sample.firstByte.p99, round.get("direct")?.firstByte.p99), 2],
  [
    "added chunk p50 ms",
    (sample, round) => difference(sample.chunkDelay?.p50, round.get("direct")?.chunkDelay?.p50),
    2,
  ],
  [
    "added chunk p99 ms",
    (sample, round) => difference(sample.chunkDelay?.p99, round.get("direct")?.chunkDelay?.p99),
    2,
  ],
];
const MEMORY: typeof RATE = [
  ["peak RSS MB", (sample) => sample.peakMegabytes, 0],
  [`RSS × ${BARE}`, (sample, round) => quotient(sample.peakMegabytes, round.get(BARE)?.peakMegabytes), 2],
];
const ABSOLUTE: typeof RATE = [
  ["TTFT p50 ms", (sample) => sample.firstByte.p50, 2],
  ["chunk p50 ms", (sample) => sample.chunkDelay?.p50, 2],
];

/** A Markdown table: the median over the rounds, least and most in brackets. */
export function renderTraffic(traffic: Traffic, rounds: readonly Round[]): string {
  const columns =
    traffic.answer === "paced" ? [...DELAYS, ...PROCESSOR, ...MEMORY, ...ABSOLUTE] : [...RATE, ...PROCESSOR, ...MEMORY];
  const names = [...(rounds[0]?.keys() ?? [])].sort((a, b) => rank(a) - rank(b));
  const rows = names.map((name) => [
    name,
    ...columns.map(([, cell, digits]) =>
      spread(
        rounds.map((round) => cell(round.get(name) as Sample, round)),
        digits,
      ),
    ),
  ]);
  const head = ["", ...columns.map(([title]) => title)];
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [
    `\n(${traffic.id}) ${traffic.title}, ${traffic.rounds} rounds of ${traffic.measureMs / 1_000} s`,
    ...lines,
    ...doubts(rounds),
  ].join("\n");
}

/** What would make the figures untrustworthy is said beside them. */
function doubts(rounds: readonly Round[]): string[] {
  const samples = rounds.flatMap((round) => [...round.entries()]);
  const wrong = samples
    .filter(([, sample]) => sample.wrong > 0)
    .map(([name, sample]) => `${name}: ${sample.wrong} wrong answers`);
  const lengths = new Set(samples.map(([, sample]) => sample.answerBytes));
  const busy = Math.max(...samples.map(([, sample]) => sample.clientBusy));
  return [
    ...wrong,
    ...(lengths.size > 1 ? [`bodies differ in length: ${[...lengths].join(", ")} bytes`] : []),
    ...(busy > 0.9
      ? [`the client used ${Math.round(busy * 100)} % of a core: fast relays may be faster than shown`]
      : []),
  ];
}

export function machineFacts(nginx: string | undefined): string {
  const cores = cpus();
  const packages = ["http-proxy-3", "undici", "eventsource-parser"].map((name) => `${name} ${packageVersion(name)}`);
  return [
    `${cores.length} cores (${cores[0]?.model.trim()}), load ${loadavg()[0]?.toFixed(1)} at the start, Node ${process.versions.node}`,
    [...packages, nginx === undefined ? "nginx is not installed, so not measured" : `nginx ${nginx}`].join(", "),
    "client, relay and upstream share the cores; CPU and RSS of direct are the upstream's own; median [least–most] over the rounds",
  ].join("\n");
}

function packageVersion(name: string): string {
  const file = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

function rank(name: string): number {
  return ["direct", BARE, "llm-chaos", "nginx"].indexOf(name);
}

function spread(values: readonly (number | undefined)[], digits: number): string {
  const sorted = values
    .filter((value) => value !== undefined && Number.isFinite(value))
    .sort((a, b) => Number(a) - Number(b)) as number[];
  if (sorted.length === 0) return "–";
  const shown = (value: number) => value.toFixed(digits);
  const median = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
  return sorted.length === 1
    ? shown(median)
    : `${shown(median)} [${shown(sorted[0] ?? 0)}–${shown(sorted.at(-1) ?? 0)}]`;
}

function processorTime(sample: Sample | undefined): number | undefined {
  return sample?.processorMs === undefined ? undefined : (sample.processorMs * 1_000) / sample.answers;
}

function quotient(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined ? undefined : value / base;
}

function difference(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined ? undefined : value - base;
}
