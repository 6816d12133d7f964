import type { Clock } from "../../src/core/clock.ts";
import { dialects } from "../../src/providers/index.ts";
import { createStub } from "../../src/upstreams/index.ts";
import { type Observed, observe } from "./cell.ts";
import type { CallStyle, ClientUnderTest } from "./client.ts";
import { whileCollecting } from "./garbage.ts";
import { type LoopWatch, watchLoop } from "./loop-watch.ts";
import { inPool } from "./pool.ts";
import { QUICK_PROFILE } from "./profile.ts";
import { TROUBLES, type TroubleCase } from "./troubles.ts";
import { versionsOf } from "./versions.ts";
import { weatherOf } from "./weather.ts";

/** What was measured, as in docs/clients.json. */
export interface Matrix {
  /** Day of the run. */
  date: string;
  runtime: string;
  troubles: readonly TroubleCase[];
  clients: readonly ClientResult[];
}

export interface ClientResult extends Pick<ClientUnderTest, "id" | "title" | "language" | "variantOf" | "setup"> {
  versions: Readonly<Record<string, string>>;
  calls: readonly CallResult[];
}

export interface CallResult extends Pick<CallStyle, "id" | "title" | "short" | "stream" | "dialect"> {
  /** By the id of the trouble, in the order of the troubles. */
  cells: Readonly<Record<string, Cell>>;
}

/** `skipped` says why nothing was measured. */
export type Cell = (Observed & { skipped?: undefined }) | { skipped: string };

export interface MatrixOptions {
  clients: readonly ClientUnderTest[];
  troubles?: readonly TroubleCase[];
  clock: Clock;
  /** How long each call is watched, in milliseconds. */
  watchMs: number;
  /** Cells that run at the same time. */
  atOnce: number;
  onCell?(done: number, all: number): void;
}

export interface Job {
  client: Pick<ClientUnderTest, "id">;
  style: CallStyle;
  trouble: TroubleCase;
}

/** Runs every cell: the controls first, so that no client loads its code inside a time limit that is being measured, then what is tight. */
export async function measure(options: MatrixOptions): Promise<Pick<Matrix, "troubles" | "clients">> {
  const { clients, clock, troubles = TROUBLES } = options;
  const stub = createStub({ seed: 1, clock, dialects, profile: QUICK_PROFILE });
  const jobs = clients.flatMap((client) =>
    client.calls.flatMap((style) => fitting(troubles, client, style).map((trouble) => ({ client, style, trouble }))),
  );
  const loop = watchLoop(clock);
  const measured = new Map<Job, Cell>();
  const run = (job: Job) => async () => {
    measured.set(job, await inTime(job, { ...options, upstream: stub.upstream, loop }));
    options.onCell?.(measured.size, jobs.length);
  };
  const [controls, troubled] = split(jobs, ({ trouble }) => trouble.fault === undefined);
  const [garbage, undisturbed] = split(troubled, ({ trouble }) => trouble.garbage === true);
  const [tight, others] = split(undisturbed, ({ trouble }) => trouble.tight === true);
  try {
    await inPool(controls.map(run), options.atOnce);
    await inPool(tight.map(run), Math.ceil(options.atOnce / 4));
    await inPool(others.map(run), options.atOnce);
    await whileCollecting(clock, GARBAGE_EVERY_MS, () => inPool(garbage.map(run), options.atOnce));
  } finally {
    loop.stop();
    await stub.close();
  }
  const result = (client: ClientUnderTest): ClientResult => ({
    id: client.id,
    title: client.title,
    ...(client.language !== undefined && { language: client.language }),
    ...(client.variantOf !== undefined && { variantOf: client.variantOf }),
    ...(client.setup !== undefined && { setup: client.setup }),
    versions: versionsOf(client.packages),
    calls: client.calls.map(({ run: _, ...style }) => ({
      ...style,
      cells: Object.fromEntries(
        jobs
          .filter((job) => job.client === client && job.style.id === style.id)
          .map((job) => [job.trouble.id, measured.get(job) ?? { skipped: "not run" }]),
      ),
    })),
  });
  return { troubles, clients: clients.map(result) };
}

function split<T>(list: readonly T[], chosen: (one: T) => boolean): [T[], T[]] {
  return [list.filter(chosen), list.filter((one) => !chosen(one))];
}

/** Less than the time limit that the clients are given, so that every wait meets one collection at least. */
const GARBAGE_EVERY_MS = 400;

/** The most our own loop may be late while milliseconds decide. */
const LATE_MS = 60;
const MOST_TRIES = 3;

async function inTime(job: Job, options: CellOptions & { loop: LoopWatch }): Promise<Cell> {
  for (let tries = 1; ; tries++) {
    const startedMs = options.clock.nowMs();
    const cell = await runCell(job, options);
    const isLate =
      job.trouble.tight === true && job.trouble.garbage !== true && options.loop.latestSince(startedMs) > LATE_MS;
    if (!isLate || tries === MOST_TRIES) return cell;
  }
}

function fitting(troubles: readonly TroubleCase[], { language }: ClientUnderTest, style: CallStyle): TroubleCase[] {
  return troubles.filter(
    ({ position, dialects: only, garbage }) =>
      (garbage !== true || language === undefined) &&
      (position === "stream") === style.stream &&
      (only?.includes(style.dialect) ?? true),
  );
}

export type CellOptions = Pick<MatrixOptions, "clock" | "watchMs"> & Pick<Parameters<typeof observe>[1], "upstream">;

/** One cell: one call of one client in one trouble. */
export async function runCell(
  { client, style, trouble }: Job,
  { clock, watchMs, upstream }: CellOptions,
): Promise<Cell> {
  const chooser = weatherOf(trouble, { clock, dialect: style.dialect });
  if (typeof chooser === "string") return { skipped: chooser };
  const key = `sk-not-a-key-${client.id}-${style.id}-${trouble.id}`;
  return observe(style, { clock, upstream, chooser, watchMs, timeoutMs: trouble.timeoutMs, key });
}
